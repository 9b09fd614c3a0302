"""Who played whom, with which result: what ratings are computed from."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from coterie.core import ConfigError, Episode


class Match(msgspec.Struct, frozen=True):
    """One contest."""

    seed: int
    players: tuple[str, ...]
    """The minds, in the order of the seats."""
    scores: tuple[float, ...]
    """What each made of it; only their order counts."""


class Duel(msgspec.Struct, frozen=True):
    """One pair out of a match, the player who sat earlier first."""

    seed: int
    first: str
    second: str
    result: float
    """1: the first did better, 0: the second, 0.5: equally."""


def matches(episodes: Iterable[Episode]) -> Iterator[Match]:
    """Reads matches from episodes, one by one; those that failed, or were played by one seat, are left out.

    Where the outcome tells a `winner`, that seat did better than all others, who did equally; else returns decide.

    >>> from coterie.core import Event, Seat
    >>> seats = {"left": Seat("expert"), "right": Seat("random")}
    >>> won = Event("outcome", data={"winner": "left"})
    >>> next(matches([Episode(environment="w-v1", seed=3, seats=seats, events=(won,))]))
    Match(seed=3, players=('expert', 'random'), scores=(1.0, 0.0))
    """
    for episode in episodes:
        if episode.failure is not None or len(episode.seats) < 2:
            continue
        outcome = episode.outcome
        if "winner" in outcome:
            scores = tuple(float(seat == outcome["winner"]) for seat in episode.seats)
        elif episode.totals.keys() >= episode.seats.keys():
            scores = tuple(episode.totals[seat] for seat in episode.seats)
        else:
            continue
        yield Match(episode.seed, tuple(seat.mind for seat in episode.seats.values()), scores)


def duels(played: Iterable[Match]) -> Iterator[Duel]:
    """Takes matches apart into pairs of different players."""
    for match in played:
        for place, (one, mine) in enumerate(zip(match.players, match.scores, strict=True)):
            for other, theirs in list(zip(match.players, match.scores, strict=True))[place + 1 :]:
                if one != other:
                    yield Duel(match.seed, one, other, 0.5 + (mine > theirs) / 2 - (mine < theirs) / 2)


def check_balance(played: Sequence[Match]) -> None:
    """Checks that every pairing plays every seat equally often, so that no seat's advantage counts as skill.

    Raises:
        ConfigError: a line-up was played more often one way round than another.
    """
    line_ups = Counter(match.players for match in played)
    for players, count in line_ups.items():
        for place in range(1, len(players)):
            turned = players[place:] + players[:place]
            if line_ups[turned] != count:
                raise ConfigError(
                    f"{' - '.join(players)} was played {count} times, {' - '.join(turned)} {line_ups[turned]} times; "
                    "play every pairing equally often in every order of seats, or pass balanced=False"
                )
