"""Two systems side by side: on the seeds they share, paired, with intervals and corrected p-values."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from coterie.core import ConfigError, Episode, Json, Measure, Metric
from coterie.evaluation.comparison import Comparison, Difference
from coterie.evaluation.result import Report
from coterie.metrics import HEADLINES, PerEpisode, Rows, Tally
from coterie.metrics import metrics as find_metrics
from coterie.metrics.paired import difference, holm, mcnemar, permutation, rate_difference
from coterie.metrics.statistics import bootstrap
from coterie.rollout import read_episodes
from coterie.rollout.record import PLAIN, SUFFIX

Source = Report | str | os.PathLike[str] | Iterable[Episode]
"""Where episodes come from: a report that kept its record, a record file or run folder, or the episodes themselves."""


def compare(
    a: Source,
    b: Source,
    *,
    metrics: Iterable[str | Metric] | None = None,
    names: tuple[str, str] | None = None,
) -> Comparison:
    """Compares two systems on the seeds that both played.

    Success-like rates are compared by the exact McNemar test, everything else by a permutation test that swaps the two
    systems within seeds; ratios (words per success) get a bootstrap interval over seeds.

    >>> from coterie.agents import Expert, Random
    >>> from coterie.rollout import gather
    >>> lost = gather("lookout", {"lookout": Random(), "courier": Expert()}, range(30))
    >>> guided = gather("lookout", {"lookout": Expert(), "courier": Expert()}, range(30))
    >>> compare(lost, guided, metrics=["success"]).differences["success"].better
    'b'

    Args:
        a: the first system's episodes.
        b: the second's.
        metrics: names or metrics of your own that are `PerEpisode`; None: `coterie.metrics.HEADLINES`.
        names: what the two are called; None: by their files or folders, else a and b.

    Raises:
        ConfigError: they share no seed, played different worlds, or a report kept no record.
    """
    names = names or _names(a, b)
    wanted = list(HEADLINES if metrics is None else metrics)
    chosen = find_metrics(wanted, seats=[seat for each in wanted for seat in _seat_named(each)])
    if unfit := [metric.name for metric in chosen if not isinstance(metric.compute, PerEpisode)]:
        raise ConfigError(f"{', '.join(unfit)} cannot be paired by seed; define them with `coterie.metrics.define`")
    first, second = _read(a, chosen, names[0]), _read(b, chosen, names[1])
    if first.world != second.world:
        raise ConfigError(f"different worlds cannot be paired: {names[0]} {first.world}, {names[1]} {second.world}")
    seeds, others = first.seeds & second.seeds, first.seeds ^ second.seeds
    if not seeds:
        raise ConfigError(f"{names[0]} and {names[1]} share no seed; evaluate both on the same seeds, then compare")
    found = {
        name: _difference(compute, rows.of(seeds), second.rows[name][1].of(seeds))
        for name, (compute, rows) in first.rows.items()
    }
    return _judged({"": Comparison(*names, len(seeds), len(others), found)}, chosen)[""]


def compare_scenarios(
    a: Mapping[str, Source],
    b: Mapping[str, Source],
    *,
    metrics: Iterable[str | Metric] | None = None,
    names: tuple[str, str] | None = None,
) -> dict[str, Comparison]:
    """Compares two systems on every scenario that both have, such as those of a suite.

    p-values are corrected for all measures of all scenarios together.

    Args:
        a: the first system's episodes, by scenario.
        b: the second's.
        metrics: as `compare` takes them.
        names: what the two are called.

    Raises:
        ConfigError: they share no scenario, or as `compare` says.
    """
    shared = [name for name in a if name in b]
    if not shared:
        raise ConfigError(f"no scenario in common: {', '.join(a) or 'none'} and {', '.join(b) or 'none'}")
    wanted = list(HEADLINES if metrics is None else metrics)
    called = names or _names(*(next(iter(each.values())) for each in (a, b)))
    found = {
        name: msgspec.structs.replace(compare(a[name], b[name], metrics=wanted, names=called), world=name)
        for name in shared
    }
    return _judged(found, find_metrics(wanted, seats=[seat for each in wanted for seat in _seat_named(each)]))


def _judged(found: Mapping[str, Comparison], chosen: Iterable[Metric]) -> dict[str, Comparison]:
    """Corrects the p-values of all comparisons together, and says what is better."""
    told = {f"{at} / {name}": each.p for at, one in found.items() for name, each in one.differences.items()}
    corrected = holm({name: p for name, p in told.items() if p is not None})
    sides = {metric.name: metric.higher_is_better for metric in chosen}
    return {
        at: msgspec.structs.replace(
            one,
            differences={
                name: _better(one.differences[name], corrected.get(f"{at} / {name}"), side)
                for name, side in sides.items()
            },
        )
        for at, one in found.items()
    }


def paired(metric: str | Metric, a: Iterable[Episode], b: Iterable[Episode]) -> Difference:
    """Compares one measure on the seeds that both played, whatever differs between them: minds, channel, options.

    >>> from coterie.agents import Expert
    >>> from coterie.core import Channel, Mute
    >>> from coterie.rollout import gather
    >>> experts = {"lookout": Expert(), "courier": Expert()}
    >>> muted = gather("lookout", experts, range(20), channel=Channel((Mute(),)))
    >>> paired("success", muted, gather("lookout", experts, range(20))).change.value
    1.0

    Raises:
        ConfigError: the metric cannot be paired by seed.
    """
    (chosen,) = find_metrics([metric], seats=_seat_named(metric))
    if not isinstance(chosen.compute, PerEpisode):
        raise ConfigError(f"{chosen.name} cannot be paired by seed; define it with `coterie.metrics.define`")
    first, second = Rows(), Rows()
    for rows, episodes in ((first, a), (second, b)):
        for episode in episodes:
            rows.add(episode, chosen.compute.observe(episode))
    shared = set(first.seeds) & set(second.seeds)
    return _difference(chosen.compute, first.of(shared), second.of(shared))


def _seat_named(metric: str | Metric) -> tuple[str, ...]:
    """The seat that `mean_return/SEAT`, `milestones/SEAT` and `win_rate/SEAT` speak of."""
    family, _, seat = metric.partition("/") if isinstance(metric, str) else ("", "", "")
    return (seat,) if family in ("mean_return", "milestones", "win_rate") and seat else ()


def _names(a: Source, b: Source) -> tuple[str, str]:
    """Calls two systems by where their episodes lie: the last part of the paths that differs."""
    places = [each.record if isinstance(each, Report) else each for each in (a, b)]
    if not all(isinstance(each, str | os.PathLike) and os.fspath(each) for each in places):
        return "a", "b"
    one, other = ([*Path(str(each)).parts] for each in places)
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    found = [(parts or ["a"])[-1].removesuffix(SUFFIX).removesuffix(PLAIN) for parts in (one, other)]
    return ("a", "b") if found[0] == found[1] else (found[0], found[1])


class _System(NamedTuple):
    world: tuple[str, dict[str, Json]]
    seeds: set[int]
    rows: dict[str, tuple[PerEpisode, Rows]]


def _read(source: Source, chosen: list[Metric], name: str) -> _System:
    if isinstance(source, Report):
        if not source.record:
            raise ConfigError(f"the report of {name} kept no episodes; evaluate with record=, or give the episodes")
        source = source.record
    episodes = read_episodes(source) if isinstance(source, str | os.PathLike) else source
    tally, worlds, seeds = Tally(chosen), list[tuple[str, dict[str, Json]]](), set[int]()
    arms = set[str]()
    for episode in episodes:
        world = (episode.environment, episode.options)
        if not worlds or worlds[-1] != world:
            worlds.append(world)
        tally.add(episode)
        seeds.add(episode.seed)
        arms.add(episode.labels.get("arm", "none"))
    if len(arms) > 1:
        raise ConfigError(f"{name} holds the arms {', '.join(sorted(arms))}; compare the record of one of them")
    if len(worlds) != 1:
        raise ConfigError(f"{name} holds {'no episodes' if not worlds else f'episodes of {len(worlds)} worlds'}")
    return _System(worlds[0], seeds, tally.rows())


def _difference(compute: PerEpisode, rows_a: Rows, rows_b: Rows) -> Difference:
    """Compares one measure on seeds that both played."""
    a, b = rows_a.measure(compute), rows_b.measure(compute)
    if a.value is None and b.value is None:
        return Difference(a, b, Measure(None, missing=a.missing))
    # Where one system tells, silence of the other is what it says for a metric (a crash is no success).
    pairs_a, pairs_b, single = _paired(rows_a, rows_b, compute)
    if not len(pairs_a):
        return Difference(a, b, Measure(None, missing="no shared seed tells it for both"))
    one, two = pairs_a[:, 0], pairs_b[:, 0]
    if compute.kind == "rate" and single:
        return Difference(a, b, rate_difference(one, two), mcnemar(one, two), test="exact McNemar")
    if compute.kind != "ratio":
        one, two = one / pairs_a[:, 1], two / pairs_b[:, 1]
        widest = compute.high - compute.low  # two shares are at most 100 points apart
        change = difference(one, two, -widest, widest)
        return Difference(a, b, change, permutation(one, two), test="permutation")
    if a.value is None or b.value is None:
        return Difference(a, b, Measure(None, missing=a.missing or b.missing))
    change = bootstrap(lambda rows: float(_gap(rows[:, :2].sum(0), rows[:, 2:].sum(0))), np.hstack([pairs_a, pairs_b]))
    if change.low == change.high:  # without spread there is no interval, as with means
        change = Measure(change.value, count=change.count)
    return Difference(a, b, change, permutation(pairs_a, pairs_b, _gap), test="permutation")


def _gap(one: npt.NDArray[np.float64], two: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How far apart two ratios of sums are; columns are above and below the line."""
    with np.errstate(divide="ignore", invalid="ignore"):
        gap: npt.NDArray[np.float64] = two[..., 0] / two[..., 1] - one[..., 0] / one[..., 1]
    return gap


def _paired(a: Rows, b: Rows, compute: PerEpisode) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], bool]:
    """Adds up the tries of each seed, `[seed, 2]` each, in the same order; and whether every seed was tried once."""
    (seeds_a, pairs_a), (seeds_b, pairs_b) = a.pairs(compute, told=True), b.pairs(compute, told=True)
    both = np.intersect1d(seeds_a, seeds_b)
    sums: list[npt.NDArray[np.float64]] = []
    for seeds, pairs in ((seeds_a, pairs_a), (seeds_b, pairs_b)):
        kept = np.isin(seeds, both)
        place = np.searchsorted(both, seeds[kept])
        sums.append(
            np.stack(
                [np.bincount(place, pairs[kept, column], len(both)).astype(np.float64) for column in (0, 1)], axis=1
            )
        )
    return sums[0], sums[1], len(seeds_a) == len(seeds_b) == len(both)


def _better(found: Difference, p_holm: float | None, higher_is_better: bool | None) -> Difference:
    change = found.change.value
    better = ""
    if p_holm is not None and p_holm < 0.05 and higher_is_better is not None and change:
        better = "b" if (change > 0) == higher_is_better else "a"
    return msgspec.structs.replace(found, p_holm=p_holm, better=better)
