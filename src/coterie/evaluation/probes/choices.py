"""What somebody would do: the distribution over its next moves, its past held as it was recorded."""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from coterie.agents import Human
from coterie.agents.language import LanguageAgent
from coterie.core import Action, Agent, ConfigError, Environment, Episode, Mind, Observation, Turn
from coterie.rollout.play import stream

REFUSED = "(refused)"
"""The key of answers that were finally refused, among those that were sampled."""


class Chooser(msgspec.Struct, frozen=True):
    """One seat of one recorded episode, to be asked what it would have done."""

    world: Environment
    mind: Mind
    episode: Episode
    seat: str
    samples: int = 16
    """How many answers are sampled where a policy does not tell its probabilities."""

    async def choose(self, turns: Sequence[Turn]) -> dict[str, float]:
        """The probability of each move at the last of these turns, after what it saw and did in those before.

        Exact where the policy tells it (constrained choices of local models, tables), 1 for what a script does, else
        shares of `samples` answers. The luck is the same whatever is seen.
        """
        if isinstance(self.mind, Human):
            raise ConfigError("a person cannot be asked again; seat somebody else to measure what a message does")
        *past, now = turns
        seen = now.observation
        seed = stream(self.episode.seed, "agent", self.seat, self.episode.repeat)
        agent = await self._sit(seed, past)
        try:
            if not isinstance(agent, LanguageAgent):
                return {await _move(agent, seen): 1.0}
            if (weights := await agent.weigh(seen)) is not None:
                return weights
        finally:
            agent.close()
        moves = Counter[str]()
        for number in range(self.samples):
            agent = await self._sit(stream(seed, "what if", number), past)
            try:
                moves[await _move(agent, seen)] += 1
            finally:
                agent.close()
        return {move: count / self.samples for move, count in moves.items()}

    async def _sit(self, seed: int, past: Sequence[Turn]) -> Agent:
        """Seats the mind with its recorded past: a script sees it all again, a language agent takes it over."""
        self.world.reset(self.episode.seed)
        agent = self.mind.join(self.world, self.seat, seed)
        for turn in past:
            if isinstance(agent, LanguageAgent):
                agent.recall(turn)
            else:
                await agent.act(turn.observation)
        return agent


async def _move(agent: Agent, seen: Observation) -> str:
    """What an agent does, as a text that is equal for equal moves."""
    answer = (await agent.act(seen)).action
    if not isinstance(answer, Action) or seen.spec.reject(answer) is not None:
        return REFUSED
    return answer.move if isinstance(answer.move, str) else json.dumps(answer.move, sort_keys=True)


def divergence(p: Mapping[str, float], q: Mapping[str, float]) -> float:
    """The Jensen-Shannon divergence of two distributions in bits: 0 when they are equal, 1 when they share nothing.

    Source: Lin 1991, Divergence Measures Based on the Shannon Entropy.

    >>> divergence({"left": 1.0}, {"right": 1.0}), divergence({"left": 1.0}, {"left": 1.0})
    (1.0, 0.0)
    >>> round(divergence({"left": 1.0}, {"left": 0.5, "right": 0.5}), 4)
    0.3113
    """
    total = 0.0
    for one, other in ((p, q), (q, p)):
        for key, share in one.items():
            if share:
                total += share * math.log2(share / (0.5 * (share + other.get(key, 0.0))))
    return min(1.0, max(0.0, total / 2))
