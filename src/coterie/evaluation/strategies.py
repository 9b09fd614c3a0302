"""What minds would do in every situation of a small world: the strategies that exact values are computed of.

A language policy is asked for the probabilities of its legal moves at every information state, its past written as it
would have said it; nothing is sampled where the policy tells its probabilities.
"""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from coterie.agents import Random
from coterie.agents.language import LanguageAgent
from coterie.core import Action, ActionSpec, Agent, ConfigError, Environment, Mind, Rejection, Sample, Turn
from coterie.metrics.exact import Policy, best_response, expected_values
from coterie.metrics.game_tree import GameTree, InformationState, game_tree

SEEDS = 16
"""With so many seeds a script is asked, to notice one that plays by luck."""
Strategy = dict[InformationState, tuple[float, ...]]
"""The probability of each option, at every information state."""


class Strength(msgspec.Struct, frozen=True):
    """How well minds play a small world, exactly."""

    values: dict[str, float]
    """What every seat is paid on average when all play as they do."""
    best: dict[str, float]
    """What a best response would be paid in every seat, the others staying as they are."""

    @property
    def nash_conv(self) -> float:
        """The sum over seats of what a best response gains; 0 exactly in a Nash equilibrium."""
        return sum(self.best[seat] - value for seat, value in self.values.items())

    @property
    def exploitability(self) -> float:
        """What a best response gains on average over the seats."""
        return self.nash_conv / len(self.values)


def exact_strength(environment: Environment, minds: Mapping[str, Mind], limit: int = 200_000) -> Strength:
    """Grows the whole tree of a world and finds what the minds are worth and how far they can be exploited.

    >>> from coterie.agents import Expert, Random
    >>> from coterie.environments import make
    >>> round(exact_strength(make("kuhn_poker"), {"first": Random(), "second": Random()}).nash_conv, 6)
    0.916667

    Args:
        environment: small enough that everything can be tried.
        minds: by seat; language agents, `Random`, or scripts that play without luck.
        limit: most nodes.

    Raises:
        ConfigError: the tree is too large, or a mind does not tell what it would do.
    """
    tree = game_tree(environment, limit)
    policy = as_policy(strategy(tree, environment, minds))
    best = {seat: best_response(tree, seat, policy).value for seat in tree.agents}
    return Strength(expected_values(tree, policy), best)


def as_policy(found: Strategy) -> Policy:
    """A strategy as the policy that `coterie.metrics.exact` takes."""
    return lambda agent, state, options: found[state]


def strategy(tree: GameTree, environment: Environment, minds: Mapping[str, Mind]) -> Strategy:
    """Asks every mind what it would do at each of its information states.

    Raises:
        ConfigError: a mind does not tell, or nobody sits at a seat.
    """
    if empty := set(tree.agents) - set(minds):
        raise ConfigError(f"nobody sits at {', '.join(sorted(empty))}")

    async def ask() -> Strategy:
        return {
            state: await _weights(environment, minds[state.agent], state, tree.options[state]) for state in tree.options
        }

    return asyncio.run(ask())


async def _weights(
    environment: Environment, mind: Mind, state: InformationState, options: Sequence[Action]
) -> tuple[float, ...]:
    """The probability of each option where a mind has this past."""
    if isinstance(mind, Random):
        return _of_random(state.observations[-1].spec, options)
    answers: list[Action | None] = []  # no set: a form with fields has no hash
    done: Action | None = None
    for seed in range(SEEDS):
        environment.reset(0)
        agent = mind.join(environment, state.agent, seed)
        try:
            if isinstance(agent, LanguageAgent):
                return await _of_language(agent, state, options)
            done = await _of_script(agent, state)
        finally:
            agent.close()
        if answers and done not in answers:
            break
        answers.append(done)
    where = f"where {state.agent} sees {state.observations[-1].text!r}"
    if done not in answers:
        raise ConfigError(
            f"{mind.name} plays by luck {where}; give its probabilities as a policy to coterie.metrics.exact"
        )
    if done not in options:
        raise ConfigError(
            f"{mind.name} answers {done} {where}, which is none of the options; it cannot be rated exactly"
        )
    return tuple(float(option == done) for option in options)


def _of_random(spec: ActionSpec, options: Sequence[Action]) -> tuple[float, ...]:
    """As `Random` draws: any move, any number of words, any words, addressed to nobody in particular."""
    if spec.speech is None:
        return (1 / len(options),) * len(options)
    counts, words = spec.speech.max_words + (not spec.speech.required), len(spec.speech.vocabulary)
    said = [0 if not option.say else len(option.say[0].text.split()) for option in options]
    weights = [
        0.0 if option.say and option.say[0].to else 1 / counts / words**count
        for option, count in zip(options, said, strict=True)
    ]
    return tuple(weight / sum(weights) for weight in weights)


async def _of_language(agent: LanguageAgent, state: InformationState, options: Sequence[Action]) -> tuple[float, ...]:
    for seen, action in zip(state.observations, state.actions, strict=False):
        samples = tuple(Sample(reply) for reply in agent.codec.replies(action, seen.spec))
        agent.recall(Turn(state.agent, 0, seen, action, samples=samples))
    weights = await agent.weigh(state.observations[-1])
    if weights is None:
        raise ConfigError(
            f"the policy of {state.agent} does not tell how likely its moves are at {state.observations[-1].text!r}; "
            "a local model or a table does, for moves chosen from a list"
        )
    return tuple(weights[str(option.move)] for option in options)


async def _of_script(agent: Agent, state: InformationState) -> Action | None:
    """A script is shown its past again; where it would have done something else, it goes on as if it had not."""
    for seen in state.observations:
        decision = await agent.act(seen)
    answer = decision.action
    return state.observations[-1].spec.fallback if isinstance(answer, Rejection) else answer
