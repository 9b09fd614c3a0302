"""How somebody does with partners it was not made with: cross-play, strange backgrounds, getting used to each other."""

import itertools
from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from coterie.core import ConfigError, Measure, Metric, Mind
from coterie.environments import references
from coterie.evaluation.cross_play import CrossPlay, same_recipe
from coterie.evaluation.probes.arms import Arm, Trial
from coterie.evaluation.probes.finding import Finding, above_zero, decided, over_seeds, per_seed, slope, task_metric
from coterie.metrics import metrics as find_metrics


class Crossed(Finding, frozen=True, kw_only=True):
    """What cross-play found, with the matrix that the report draws."""

    cross_play: CrossPlay


def cross_play(trial: Trial, teams: Mapping[str, Mapping[str, Mind]], metric: str | Metric | None = None) -> Crossed:
    """Lets members of every two teams play together: a row's member at one seat, the column's at all others.

    Self-play is the mean of the diagonal, cross-play that of the rest; the gap is what a team lost by agreeing on ways
    that only it knows. With more than two seats, a row's member takes each seat in turn. Where names say how the teams
    were made (`RECIPE/WHICH`, such as `imitation/1`), strangers of the same recipe, which another seed made, stand
    apart from those of another. Source: Hu et al. 2020, "Other-Play" for Zero-Shot Coordination (arXiv 2003.02979).

    Args:
        trial: the world, its seeds, how to play.
        teams: name of a team to its minds by seat; at least two.
        metric: how well the task went; None: success where the world tells it, else the mean return.

    Raises:
        ConfigError: there are fewer than two teams, or they have different seats.
    """
    names, seats = list(teams), list(trial.make().agents)
    if len(names) < 2 or any(set(minds) != set(seats) for minds in teams.values()):
        raise ConfigError(f"cross-play needs two teams or more, each with a mind for {', '.join(seats)}")
    focal = seats[:1] if len(seats) == 2 else seats
    arms = {
        (row, column, seat): Arm(
            f"{row}_at_{seat}_with_{column}".replace("/", "."), {**teams[column], seat: teams[row][seat]}
        )
        for row, column in itertools.product(names, names)
        for seat in (focal if row != column else seats[:1])
    }
    played = trial.play(list(arms.values()))
    first = next(iter(played.values()))
    chosen = task_metric(first, metric)
    cells = {
        (row, column): [
            per_seed(chosen, played[arm.name]) for (r, c, _), arm in arms.items() if (r, c) == (row, column)
        ]
        for row, column in itertools.product(names, names)
    }
    seeds = sorted(set.intersection(*(set(each) for cell in cells.values() for each in cell)))

    def cell(row: str, column: str, seed: int) -> float:
        return sum(each[seed] for each in cells[row, column]) / len(cells[row, column])

    def own(seed: int) -> float:
        return sum(cell(name, name, seed) for name in names) / len(names)

    def strange(pairs: Sequence[tuple[str, str]], seed: int) -> float:
        return sum(cell(*pair, seed) for pair in pairs) / len(pairs)

    matrix = [[over_seeds(partial(cell, row, column), seeds, chosen) for column in names] for row in names]
    measures = {
        "self-play": over_seeds(own, seeds, chosen),
    }
    for kind, pairs in _strangers(names).items():
        if not pairs:
            missing = Measure(None, missing=f"there are no strangers of the {kind.removeprefix(', ')}")
            measures |= {f"cross-play{kind}": missing, f"gap{kind}": missing}
            continue
        measures[f"cross-play{kind}"] = over_seeds(partial(strange, pairs), seeds, chosen)
        gap = partial(lambda pairs, seed: own(seed) - strange(pairs, seed), pairs)
        measures[f"gap{kind}"] = over_seeds(gap, seeds, chosen, signed=True)
    for row, found in zip(names, matrix, strict=True):
        met = [each for column, each in zip(names, found, strict=True) if column != row]
        if len(seats) == 2:  # its other member sits in the column
            met += [line[names.index(row)] for name, line in zip(names, matrix, strict=True) if name != row]
        told = [each for each in met if each.value is not None]
        if told:
            measures[f"worst partner of {row}"] = min(told, key=lambda each: each.value or 0.0)
    others = seats[1] if len(seats) == 2 else "all other seats"
    one = seats[0] if len(seats) == 2 else "one seat"
    return Crossed(
        probe="cross_play",
        world=first[0].environment,
        measures=measures,
        units=dict.fromkeys(measures, chosen.unit),
        verdicts=decided({"strangers do worse": above_zero(measures["gap"])}),
        notes=(f"Measured: {chosen.name}; a row's member at {one}, the column's at {others}.",),
        cross_play=CrossPlay(names, names, matrix, one, others, chosen.name),
    )


def _strangers(names: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """The pairs of different teams: all, and where names tell recipes, those of the same and of another one."""
    pairs = list(itertools.permutations(names, 2))
    if not any("/" in name for name in names):
        return {"": pairs}
    alike = [pair for pair in pairs if same_recipe(*pair)]
    return {"": pairs, ", same recipe": alike, ", other recipe": [pair for pair in pairs if pair not in alike]}


def focal_score(trial: Trial, minds: Mapping[str, Mind], focal: Sequence[str]) -> Finding:
    """Plays some focal seats among a background and says what a focal seat is paid, random play 0 and experts 1.

    The references are those stored with the library, measured once with default options; where there are none, or the
    options are others, the score is missing. What the background is paid stands beside it, so that a score made at the
    others' cost shows. Source: Leibo et al. 2021, Scalable Evaluation of Multi-Agent RL with Melting Pot (arXiv
    2107.06857), with references that are stored and not those of the field that was compared.

    Args:
        trial: the world, its seeds, how to play.
        minds: who sits where.
        focal: the seats whose score it is.
    """
    played = trial.play([Arm("team", minds)])["team"]
    world = played[0].environment
    stored = references().get(world)
    background = [seat for seat in minds if seat not in focal]
    measures = {}
    for name, seats in (("focal", list(focal)), ("background", background)):
        if not seats:
            continue
        paid = {seat: per_seed(find_metrics([f"mean_return/{seat}"], seats=[seat])[0], played) for seat in seats}
        seeds = sorted(set.intersection(*(set(each) for each in paid.values())))
        raw = over_seeds(lambda seed, paid=paid: sum(each[seed] for each in paid.values()) / len(paid), seeds)  # type: ignore[misc]
        measures[f"{name} return"] = raw
        measures[f"{name} score"] = _scored(raw, seats, stored, played[0].options)
    return Finding(
        probe="focal_score",
        world=world,
        measures=measures,
        units={name: "reward" for name in measures if name.endswith("return")},
        notes=("Per seat; a score of 0 is all random, of 1 all experts, as stored for the world's default options.",),
    )


def _scored(raw: Measure, seats: Sequence[str], stored: Mapping[str, object] | None, options: object) -> Measure:
    """Rescales a return so that the stored random team is 0 and the stored experts are 1."""
    if stored is None:
        return Measure(None, missing="no references are stored for this world")
    if stored["options"] != options:
        return Measure(None, missing="the stored references are for other options of the world")
    teams = stored["teams"]
    assert isinstance(teams, dict)
    zero, one = (
        sum(teams[team][f"mean_return/{seat}"][0] for seat in seats) / len(seats) for team in ("random", "experts")
    )
    if abs(one - zero) < 1e-9 or raw.value is None:
        return Measure(None, missing=raw.missing or "experts and random players are paid alike in these seats")
    low, value, high = (
        None if each is None else (each - zero) / (one - zero) for each in (raw.low, raw.value, raw.high)
    )
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Measure(value, low, high, raw.count)


def adaptation(trial: Trial, minds: Mapping[str, Mind], metric: str | Metric | None = None) -> Finding:
    """Plays the seeds one after another with the same minds, and says by how much they become better an episode.

    Only minds that remember from episode to episode can: a policy that learns while it plays, a script with a memory.
    """
    # Whole or not at all: a mind that was interrupted has forgotten.
    in_turn = msgspec.structs.replace(trial, at_once=1, folder=None, repeats=1)
    (played,) = in_turn.play([Arm("one after another", minds)]).values()
    chosen = task_metric(played, metric)
    told = per_seed(chosen, played)
    places = [place for place, seed in enumerate(trial.seeds) if seed in told]
    change = slope(places, [told[trial.seeds[place]] for place in places])
    return Finding(
        probe="adaptation",
        world=played[0].environment,
        measures={chosen.name: chosen.compute(played), "slope": change},
        units={chosen.name: chosen.unit, "slope": f"{chosen.unit} an episode"},
        verdicts=decided({"it adapts": above_zero(change)}),
        notes=(f"Least-squares slope of {chosen.name} over the episodes, played one after another.",),
    )
