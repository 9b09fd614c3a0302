"""Checks somebody who takes seats."""

from collections.abc import Mapping

from coterie.agents import Random
from coterie.core import Mind, encode_episode
from coterie.rollout import gather
from coterie.testing.determinism import check_generators
from coterie.testing.driving import Make, fail


def check_agent(
    mind: Mind,
    make: Make,
    *,
    seats: tuple[str, ...] = (),
    others: Mapping[str, Mind] | None = None,
    episodes: int = 8,
    seed: int = 0,
    repeats: bool = True,
) -> None:
    """Seats `mind` in a world and raises at the first thing that breaks the contract.

    Checked: it answers every observation legally and to the end; the same seed gives the same record, alone or among
    other episodes; no global random generator is used.

    >>> from coterie.environments import make
    >>> check_agent(Random(), lambda: make("tic_tac_toe"))

    Args:
        mind: who is checked.
        make: returns a fresh world.
        seats: where it sits; empty: in every seat.
        others: who sits elsewhere; random players where nobody is named.
        episodes: how many are played.
        seed: the first of their seeds.
        repeats: whether its answers depend on the seed alone; not so for people and most endpoints.

    Raises:
        AssertionError: what was found, what was expected, what to do.
    """
    agents = make().agents
    minds: dict[str, Mind] = {agent: (others or {}).get(agent, Random()) for agent in agents}
    minds.update(dict.fromkeys(seats or agents, mind))
    seeds = range(seed, seed + episodes)

    def play() -> None:
        together = {episode.seed: episode for episode in gather(make, minds, seeds)}
        for episode in together.values():
            if episode.failure is not None:
                fail(f"seed {episode.seed}: {episode.failure}", "an answer to every observation", "See act().")
            for turn in episode.turns:
                if minds[turn.agent] is mind and turn.action is None:
                    fail(f"{turn.agent!r} was refused: {turn.rejections[-1]}", "a legal answer", "Read its spec.")
        for each in reversed(seeds) if repeats else ():
            (alone,) = gather(make, minds, [each])
            if encode_episode(alone) != encode_episode(together[each]):
                fail(
                    f"seed {each} played differently alone",
                    "the same record as among other episodes",
                    "Take all luck from the seed given to join(), and share no state between seats.",
                )

    check_generators(play)
