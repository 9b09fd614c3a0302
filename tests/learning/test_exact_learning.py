"""Learning rules against exact solutions: value iteration, enumerated gradients, known failures."""

import itertools

import numpy as np
import pytest
import torch

from coterie.agents import Language, Scripted
from coterie.algorithms import QLearning, Reinforce
from coterie.core import Action, Sample, Seat, Turn
from coterie.environments.markov.processes import PROCESSES
from coterie.environments.markov.solve import value_iteration
from coterie.learners import TabularLearner
from coterie.policies import CompactCodec, TabularPolicy
from coterie.rollout import gather, play


@pytest.mark.parametrize("process", sorted(PROCESSES))
def test_tabular_q_learning_reaches_the_optimum_of_value_iteration(process):
    exact = PROCESSES[process]()
    solution = value_iteration(exact)
    policy = TabularPolicy("walker", epsilon=0.5)
    learner, algorithm = TabularLearner(policy), QLearning(gamma=exact.discount)
    for iteration in range(400):
        learner.rate = max(0.02, 0.5 / (1 + 0.05 * iteration))
        seeds = range(20 * iteration, 20 * iteration + 20)
        minds = {"walker": Language(policy, CompactCodec())}
        played = list(gather("finite_mdp", minds, seeds, options={"process": process, "horizon": 100}))
        learner.update(played, algorithm.credit(played), algorithm)
    for place, name in enumerate(exact.states):
        if exact.terminal_S[place] or f"at {name} act" not in policy.table:
            continue
        learned = policy.table[f"at {name} act"]
        best = solution.action_values_SA[place]
        assert max(learned.values()) == pytest.approx(best.max(), abs=0.06), name
        assert best[exact.actions.index(max(learned, key=learned.get))] == pytest.approx(best.max(), abs=0.02), name


def with_choices(agent_moves, world, options, seed=0):
    """Plays fixed moves and notes on every turn what a softmax policy would have recorded."""

    def script(moves):
        left = iter(moves)
        return lambda seen: Action(next(left))

    scripts = {agent: Scripted(lambda seed, moves=moves: script(moves)) for agent, moves in agent_moves.items()}
    episode = play(world, scripts, seed, options=options)
    turns = tuple(
        Turn(
            turn.agent, turn.step, turn.observation, turn.action, reward=turn.reward,
            samples=(Sample(turn.action.move, turn.agent, key=turn.observation.text),),
        )
        for turn in episode.turns
    )  # fmt: skip
    seats = {agent: Seat("table", agent, trainable=True) for agent in agent_moves}
    return type(episode)(environment=episode.environment, seed=seed, seats=seats, turns=turns, totals=episode.totals)


@pytest.mark.parametrize(
    ("world", "options", "agents", "moves", "length"),
    [
        ("finite_mdp", {"process": "corridor", "horizon": 5}, ("walker",), ("left", "right"), 5),
        ("matrix_game", {"game": "climbing"}, None, None, 1),
        ("matrix_game", {"game": "prisoners_dilemma", "rounds": 2}, None, None, 2),
    ],
    ids=["corridor", "climbing", "dilemma twice"],
)
def test_the_policy_gradient_estimator_is_the_exact_gradient_in_expectation(world, options, agents, moves, length):
    from coterie.environments import make

    environment = make(world, **options)
    step = environment.reset(0)
    agents = agents or tuple(step.observations)
    moves = moves or step.observations[agents[0]].spec.move.options
    algorithm = Reinforce(normalise=False)
    generator = torch.Generator().manual_seed(0)
    logits: dict[tuple[str, str], torch.Tensor] = {}

    def log_prob(turn):
        row = logits.setdefault(
            (turn.agent, turn.observation.text),
            torch.randn(len(moves), generator=generator, dtype=torch.float64).requires_grad_(),
        )
        return row.log_softmax(0)[moves.index(turn.action.move)]

    exact = dict.fromkeys(agents, 0.0)
    estimated = 0.0
    seen = set()
    for chosen in itertools.product(itertools.product(moves, repeat=length), repeat=len(agents)):
        episode = with_choices(dict(zip(agents, chosen, strict=True)), world, options)
        if (key := tuple((turn.agent, turn.action.move) for turn in episode.turns)) in seen:
            continue  # the episode ended before the moves did
        seen.add(key)
        log_probs = [log_prob(turn) for turn in episode.turns]
        probability = torch.stack(log_probs).sum().exp()
        for agent in agents:
            exact[agent] = exact[agent] + probability * episode.totals[agent]
        (advantages,) = algorithm.credit([episode]).advantages_ET
        surrogate = sum(advantage * each for advantage, each in zip(advantages, log_probs, strict=True))
        estimated = estimated + probability.detach() * surrogate
    for agent in agents:
        own = [row for (name, _), row in logits.items() if name == agent]
        wanted = torch.autograd.grad(exact[agent], own, retain_graph=True)
        found = torch.autograd.grad(estimated, own, retain_graph=True)
        for left, right in zip(wanted, found, strict=True):
            assert torch.allclose(left, right, atol=1e-12)


def test_independent_learners_miss_the_optimum_of_the_climbing_game():
    """The known failure (Claus and Boutilier 1998): the safe joint action wins, the optimum of 11 is hardly found."""
    reached = []
    for seed in range(20):
        policies = {agent: TabularPolicy(agent, epsilon=0.3) for agent in ("row", "column")}
        learners = [TabularLearner(policy, rate=0.1) for policy in policies.values()]
        minds = {agent: Language(policy, CompactCodec()) for agent, policy in policies.items()}
        for iteration in range(60):
            seeds = range(1000 * seed + 10 * iteration, 1000 * seed + 10 * iteration + 10)
            played = sorted(gather("matrix_game", minds, seeds, options={"game": "climbing"}), key=lambda e: e.seed)
            credit = QLearning().credit(played)
            for learner in learners:
                learner.update(played, credit, QLearning())
        for policy in policies.values():
            policy.epsilon = 0.0
        reached.append(play("matrix_game", minds, 7, options={"game": "climbing"}).totals["row"])
    assert np.mean([total == 11 for total in reached]) < 0.3
    assert np.mean([total in (5, 6, 7) for total in reached]) > 0.6
