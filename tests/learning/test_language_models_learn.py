"""Small language models from scratch learn tiny worlds with every algorithm, towards exact values."""

import pytest
import torch

from coterie.agents import Language
from coterie.algorithms import PPO, GroupRelative, QLearning, Reinforce
from coterie.environments.markov.processes import PROCESSES
from coterie.environments.markov.solve import value_iteration
from coterie.learners.torch import TorchLearner
from coterie.policies import CompactCodec
from coterie.policies.local import LocalPolicy, small_model, small_tokenizer
from coterie.policies.local.values import ValuePolicy
from coterie.rollout import gather

pytestmark = pytest.mark.usefixtures("one_thread")

CODEC = CompactCodec()


def newcomer(kind, process, learning_rate, updates):
    exact = PROCESSES[process]()
    tokenizer = small_tokenizer([" ".join([*exact.states, *exact.actions]), "at act"])
    model, head = small_model(len(tokenizer), hidden=32, seed=1), torch.nn.Linear(32, 1)
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    policy = kind(model, tokenizer, "walker", value_head=head, tokens_per_word=1)
    learner = TorchLearner(
        model, tokenizer, "walker", policy.publish, value_head=head,
        learning_rate=learning_rate, decay_over=updates, minibatch=16,
    )  # fmt: skip
    return exact, policy, learner


def episodes(policy, process, seeds, repeats=1):
    minds = {"walker": Language(policy, CODEC)}
    options = {"process": process, "horizon": 20}
    played = gather("finite_mdp", minds, seeds, options=options, repeats=repeats)
    return sorted(played, key=lambda episode: (episode.seed, episode.repeat))


@pytest.mark.parametrize(
    ("algorithm", "repeats"),
    [(Reinforce(), 1), (PPO(), 1), (GroupRelative(), 4), (GroupRelative(scale=False), 4)],
    ids=["reinforce", "ppo", "group relative", "group relative unscaled"],
)
def test_policy_gradients_find_the_best_arm_for_the_weather(algorithm, repeats):
    _, policy, learner = newcomer(LocalPolicy, "bandit", 3e-3, 40)
    if not isinstance(algorithm, PPO):
        policy.publish(learner.model, None, 0)
    before = [episode.totals["walker"] for episode in episodes(policy, "bandit", range(90_000, 90_100))]
    for iteration in range(40):
        played = episodes(policy, "bandit", range(64 * iteration, 64 * iteration + 64 // repeats), repeats)
        learner.update(played, algorithm.credit(played), algorithm)
    after = [episode.totals["walker"] for episode in episodes(policy, "bandit", range(90_000, 90_100))]
    # Any arm pays 0.5 on average, the best one for the weather 0.9.
    assert sum(before) / 100 < 0.65
    assert sum(after) / 100 > 0.85


@pytest.mark.parametrize(("process", "updates", "trace"), [("bandit", 40, 0.0), ("corridor", 120, 0.5)])
def test_deep_q_learning_of_a_language_model_finds_the_exact_action_values(process, updates, trace):
    exact, policy, learner = newcomer(ValuePolicy, process, 3e-3, updates)
    solution = value_iteration(exact)
    policy.scale = 0.3
    algorithm = QLearning(gamma=exact.discount, scale=policy.scale, trace=trace)
    for iteration in range(updates):
        policy.epsilon = max(0.2, 0.6 * (1 - iteration / updates))
        played = episodes(policy, process, range(32 * iteration, 32 * iteration + 32))
        learner.update(played, algorithm.credit(played), algorithm)
    # The model sees its whole history, so late visits know of the horizon: the first visit to a state counts.
    found = {}
    for episode in episodes(policy.exploring(0.3), process, range(90_000, 90_040)):
        for turn in reversed(episode.turns):
            found.setdefault(turn.observation.data["state"], {})[episode.seed] = turn.samples[-1].scores
    for place, name in enumerate(exact.states):
        if not exact.terminal_S[place]:
            wanted = dict(zip(exact.actions, solution.action_values_SA[place], strict=True))
            means = {
                action: sum(scores[action] for scores in found[name].values()) / len(found[name])
                for action in exact.actions
            }
            assert means == pytest.approx(wanted, abs=0.08), name


def test_options_of_several_tokens_share_one_distribution():
    """Action values of options that begin alike: the sampler's and the learner's probabilities are the same."""
    from coterie.core import ActionSpec, ChatMessage, Choice

    tokenizer = small_tokenizer(["go north go south wait act now"])
    model, head = small_model(len(tokenizer), hidden=32, seed=3), torch.nn.Linear(32, 1)
    policy = ValuePolicy(model, tokenizer, "walker", value_head=head, tokens_per_word=1)
    policy.epsilon = 1.0
    spec = ActionSpec(move=Choice(("go north", "go south", "go", "wait")))

    async def ask(seed):
        conversation = policy.open(seed)
        sample = await conversation.sample((ChatMessage("plain", "now act"),), spec)
        conversation.close()
        return sample

    import asyncio

    async def ask_all():
        return await asyncio.gather(*(ask(seed) for seed in range(12)))

    samples = asyncio.run(ask_all())
    assert {sample.text for sample in samples} == set(spec.move.options)
    for sample in samples:
        by_value = (sample.scores[sample.text] - sample.value) / policy.scale
        assert sum(sample.log_probs) == pytest.approx(by_value, abs=1e-4)
