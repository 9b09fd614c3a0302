"""Two tables learn side by side, each for itself, and settle for less than half of what they could have.

Shows: two learners in one game that know nothing of each other, and the climbing game, made to defeat them: the best
joint move (11) stands beside heavy punishments (-30), so that while one still explores, the other finds it too
dangerous. Expect pairs to agree nearly always, hardly ever on the optimum. Source: Claus and Boutilier, The dynamics
of reinforcement learning in cooperative multiagent systems (1998).

    python examples/independent_learners_fail.py [PAIRS]
"""

import sys

from coterie.agents import Language
from coterie.algorithms import QLearning
from coterie.learners import TabularLearner
from coterie.policies import CompactCodec
from coterie.policies.tabular import TabularPolicy
from coterie.rollout import gather, play

ROUNDS, TOGETHER = 40, 32


def learned_payoff(pair: int) -> float:
    """Lets two newcomers learn and returns what their greedy moves pay together."""
    tables = {seat: TabularPolicy(f"{seat} {pair}", epsilon=0.3) for seat in ("row", "column")}
    minds = {seat: Language(table, CompactCodec()) for seat, table in tables.items()}
    learners = [TabularLearner(table, rate=0.05) for table in tables.values()]
    algorithm = QLearning()
    for number in range(ROUNDS):
        start = (pair * ROUNDS + number) * TOGETHER
        episodes = list(gather("matrix_game", minds, range(start, start + TOGETHER), options={"game": "climbing"}))
        for learner in learners:
            learner.update(episodes, algorithm.credit(episodes), algorithm)
    for table in tables.values():
        table.epsilon = 0.0
    return play("matrix_game", minds, options={"game": "climbing"}).totals["row"]


def main(pairs: int) -> None:
    """Teaches many pairs and prints what they reach."""
    payoffs = [learned_payoff(pair) for pair in range(pairs)]
    for payoff in sorted(set(payoffs), reverse=True):
        print(f"pairs that end at payoff {payoff:g}: {payoffs.count(payoff)}")
    print(f"mean payoff: {sum(payoffs) / len(payoffs):.2f}")
    print("optimum: 11")
    print(f"share at the optimum: {payoffs.count(11.0) / len(payoffs):.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
