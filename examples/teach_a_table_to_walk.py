"""A table learns to walk along a cliff, and is compared with the exact optimum.

Shows: the whole training loop in five lines (play, give credit, update), Q-learning with a table, and a world whose
best policy is known, so that "it learned" is a number. Expect the learned policy to be worth more than 95 % of the
optimum, where a table that has not learned is worth less than nothing.

    python examples/teach_a_table_to_walk.py [UPDATES]
"""

import sys

import numpy as np

from coterie.agents import Language
from coterie.algorithms import QLearning
from coterie.environments.markov.processes import cliff
from coterie.environments.markov.solve import expected_return, value_iteration
from coterie.learners import TabularLearner
from coterie.policies import CompactCodec
from coterie.policies.tabular import TabularPolicy
from coterie.rollout import gather

PROCESS = cliff()


def worth(table: TabularPolicy) -> float:
    """The exact discounted return of always taking the option that the table finds best; of equals, any."""
    policy_SA = np.zeros((len(PROCESS.states), len(PROCESS.actions)))
    for place, state in enumerate(PROCESS.states):
        scores = table.scores(f"at {state} act", PROCESS.actions)
        best = [float(score == max(scores.values())) for score in scores.values()]
        policy_SA[place] = np.array(best) / sum(best)
    return expected_return(PROCESS, policy_SA)


def main(updates: int) -> None:
    """Learns and prints what it is worth."""
    table = TabularPolicy("walker", epsilon=0.2)
    learner = TabularLearner(table, rate=0.1)
    algorithm = QLearning(gamma=PROCESS.discount, trace=0.5)
    walker = Language(table, CompactCodec())
    print(f"before: {worth(table):.3f}")
    for update in range(updates):
        seeds = range(update * 16, update * 16 + 16)
        episodes = list(gather("finite_mdp", {"walker": walker}, seeds, options={"process": "cliff"}))
        learner.update(episodes, algorithm.credit(episodes), algorithm)
    print(f"after: {worth(table):.3f}")
    print(f"optimum: {PROCESS.start_S @ value_iteration(PROCESS).values_S:.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
