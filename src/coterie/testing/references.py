"""The two references of every world: random plays to the end, the expert too, and not worse."""

from collections.abc import Mapping, Sequence

import numpy as np

from coterie.agents import Expert, Random
from coterie.core import Episode, Mind, WorldError
from coterie.rollout import gather
from coterie.testing.driving import Make, fail

DOUBT = 3.0
"""How many standard errors the expert may seem worse."""


def check_expert(make: Make, randoms: Sequence[Episode], max_steps: int) -> None:
    """Seats experts everywhere, then one at a time among random players, and compares with all random.

    A seat's expert passes when it is paid at least as much as random play in either company: in a team it needs
    partners that understand it, and against a rival it is the random rival that it must beat.
    """
    first = make()
    for agent in first.agents:
        try:
            first.reset(randoms[0].seed)
            first.expert(agent)
        except WorldError as error:
            fail(f"no expert ({error})", "a scripted reference for every seat", "Write it, or pass expert=False.")
    everywhere: dict[str, Mind] = dict.fromkeys(first.agents, Expert())
    team = _play(make, everywhere, randoms, max_steps)
    for agent in first.agents:
        if _not_worse(agent, team, randoms):
            continue
        alone = _play(make, {**dict.fromkeys(first.agents, Random()), agent: Expert()}, randoms, max_steps)
        if not _not_worse(agent, alone, randoms):
            fail(
                f"the expert of {agent!r} is paid {_mean(agent, team):.3f} among experts, "
                f"{_mean(agent, alone):.3f} among random players",
                f"at least what random play is paid, {_mean(agent, randoms):.3f}",
                "The expert is the score-1 end of the scale.",
            )


def _play(make: Make, minds: Mapping[str, Mind], like: Sequence[Episode], max_steps: int) -> list[Episode]:
    """Plays the seeds of `like`; every answer of an expert must be accepted."""
    found = {
        episode.seed: episode
        for episode in gather(make, minds, [episode.seed for episode in like], max_steps=max_steps)
    }
    for episode in found.values():
        if episode.failure is not None:
            fail(f"seed {episode.seed} with experts failed: {episode.failure.error}", "an end", "See expert().")
        for turn in episode.turns:
            if minds[turn.agent].name == "expert" and turn.action is None:
                fail(f"the expert of {turn.agent!r}: {turn.rejections[-1]}", "a legal answer", "See expert().")
        if any("stopped after" in ending.reason for ending in episode.endings.values()):
            fail(f"experts still at it after {max_steps} steps", "an end", "Limit the episode inside the world.")
    return [found[episode.seed] for episode in like]


def _not_worse(agent: str, episodes: Sequence[Episode], randoms: Sequence[Episode]) -> bool:
    gains = np.array(
        [one.totals[agent] - other.totals[agent] for one, other in zip(episodes, randoms, strict=True)], float
    )
    error = gains.std(ddof=1) / len(gains) ** 0.5 if len(gains) > 1 else 0.0
    return bool(gains.mean() >= -DOUBT * error - 1e-9)


def _mean(agent: str, episodes: Sequence[Episode]) -> float:
    return float(np.mean([episode.totals[agent] for episode in episodes]))
