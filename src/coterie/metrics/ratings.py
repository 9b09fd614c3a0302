"""Ratings from matches. Bradley-Terry by maximum likelihood is the number to report; Elo and skills serve live queues.

Axes: P players, Q players (the opponent).
"""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from coterie.core import ConfigError, Measure
from coterie.metrics.matches import Duel, Match, check_balance, duels

POINTS = 400 / math.log(10)
"""Elo points to one unit of log-odds: 400 points more win ten games for one lost."""

Wins = npt.NDArray[np.float64]


def elo(played: Sequence[Match], k: float = 32.0, start: float = 1500.0, balanced: bool = True) -> dict[str, float]:
    """Elo ratings after these matches, in their order; an order of convenience makes them depend on it.

    Source: Elo 1978, The Rating of Chessplayers.

    >>> elo([Match(0, ("a", "b"), (1.0, 0.0)), Match(0, ("b", "a"), (0.0, 1.0))], k=32)["a"] > 1516
    True

    Args:
        played: in the order they happened.
        k: how far one game moves a rating at most.
        start: what everybody begins with.
        balanced: refuses matches in which a pairing did not play all orders of seats equally often.
    """
    if balanced:
        check_balance(played)
    ratings: dict[str, float] = {}
    for duel in duels(played):
        one, two = ratings.setdefault(duel.first, start), ratings.setdefault(duel.second, start)
        change = k * (duel.result - 1 / (1 + 10 ** ((two - one) / 400)))
        ratings[duel.first], ratings[duel.second] = one + change, two - change
    return ratings


def bradley_terry(
    played: Sequence[Match], rounds: int = 400, seed: int = 0, balanced: bool = True
) -> dict[str, Measure]:
    """Ratings in Elo points around 0 by maximum likelihood, with 95 % bootstrap intervals over seeds.

    A draw counts as half a win. Source: Bradley and Terry 1952; Hunter 2004, MM Algorithms for Generalized
    Bradley-Terry Models; intervals as Chiang et al. 2024, Chatbot Arena (arXiv 2403.04132).

    Args:
        played: all matches.
        rounds: how many bootstrap draws; 0: no intervals.
        seed: of the generator that draws; its own.
        balanced: refuses matches in which a pairing did not play all orders of seats equally often.

    Raises:
        ConfigError: no finite ratings fit, because some players never lost to, or never met, the others.
    """
    if balanced:
        check_balance(played)
    pairs = list(duels(played))
    names = sorted({name for duel in pairs for name in (duel.first, duel.second)})
    wins_SPQ, counts = _wins_by_seed(pairs, names), _games(pairs)
    whole = wins_SPQ.sum(axis=0)
    if apart := _apart(whole, names):
        raise ConfigError(f"no finite rating: {', '.join(apart)} never lost to, or never met, the others; play more")
    ratings = log_strengths(whole) * POINTS
    luck = np.random.default_rng(seed)
    drawn = [
        log_strengths(sample) * POINTS
        for sample in (wins_SPQ[luck.integers(len(wins_SPQ), size=len(wins_SPQ))].sum(axis=0) for _ in range(rounds))
        if not _apart(sample, names)
    ]
    # Where too many draws leave somebody unbeaten, an end of the interval is infinite: there is none to tell.
    sure = len(drawn) > 0.975 * rounds and len(wins_SPQ) > 1
    ends = np.quantile(drawn, [0.025, 0.975], axis=0) if sure else None
    return {
        name: Measure(
            float(ratings[place]),
            None if ends is None else float(ends[0, place]),
            None if ends is None else float(ends[1, place]),
            counts[name],
        )
        for place, name in enumerate(names)
    }


def log_strengths(wins_PQ: Wins) -> npt.NDArray[np.float64]:
    """The log-odds strengths that make these wins of P over Q most likely, with mean 0.

    >>> log_strengths(np.array([[0.0, 3.0], [1.0, 0.0]])).round(6).tolist()
    [0.549306, -0.549306]
    """
    games_PQ = wins_PQ + wins_PQ.T
    won_P = wins_PQ.sum(axis=1)
    strength_P = np.ones(len(wins_PQ))
    for _ in range(100_000):
        before = strength_P
        strength_P = won_P / (games_PQ / (strength_P[:, None] + strength_P[None, :])).sum(axis=1)
        strength_P = strength_P / np.exp(np.log(strength_P).mean())
        if np.abs(np.log(strength_P / before)).max() < 1e-12:
            break
    logs: npt.NDArray[np.float64] = np.log(strength_P)
    return logs


class Skill(msgspec.Struct, frozen=True):
    """A player's skill as a normal distribution."""

    mean: float
    deviation: float

    @property
    def shown(self) -> float:
        """What a table shows: the skill that the player surely has, three deviations below the mean."""
        return self.mean - 3 * self.deviation


def skills(played: Sequence[Match], balanced: bool = True) -> dict[str, Skill]:
    """Skills as TrueSkill tells them (mean 25, deviation 25/3 at first), for matches of any number of players.

    They are computed by openskill's Plackett-Luce model. Source: Weng and Lin 2011, A Bayesian Approximation Method for
    Online Ranking; Joshy 2024, OpenSkill.

    Raises:
        ConfigError: the package openskill is missing, or as `check_balance` says.
    """
    try:
        from openskill.models import PlackettLuce
    except ImportError as error:
        raise ConfigError('skills need openskill; install it with: pip install "coterie[ratings]"') from error
    if balanced:
        check_balance(played)
    model = PlackettLuce()
    known = {name: model.rating(name=name) for match in played for name in match.players}
    for match in played:
        if len(set(match.players)) == len(match.players):  # nobody can be better than itself
            teams = model.rate([[known[name]] for name in match.players], scores=list(match.scores))
            known |= {name: team[0] for name, team in zip(match.players, teams, strict=True)}
    return {name: Skill(rating.mu, rating.sigma) for name, rating in known.items()}


def _wins_by_seed(pairs: Sequence[Duel], names: Sequence[str]) -> Wins:
    """Wins of P over Q for every seed, `[seed, P, Q]`."""
    place = {name: index for index, name in enumerate(names)}
    seeds = {seed: index for index, seed in enumerate(dict.fromkeys(duel.seed for duel in pairs))}
    wins = np.zeros((len(seeds), len(names), len(names)))
    for duel in pairs:
        one, two = place[duel.first], place[duel.second]
        wins[seeds[duel.seed], one, two] += duel.result
        wins[seeds[duel.seed], two, one] += 1 - duel.result
    return wins


def _games(pairs: Sequence[Duel]) -> dict[str, int]:
    games: dict[str, int] = {}
    for duel in pairs:
        for name in (duel.first, duel.second):
            games[name] = games.get(name, 0) + 1
    return games


def _apart(wins_PQ: Wins, names: Sequence[str]) -> list[str]:
    """Players who cannot be reached from somebody by steps from a loser to a winner: finite ratings need there be none.

    Source: Hunter 2004, assumption 1.
    """
    reached = (wins_PQ > 0) | np.eye(len(names), dtype=bool)
    for _ in names:
        reached = reached @ reached
    return [name for place, name in enumerate(names) if not reached[place].all()] if names else ["nobody"]
