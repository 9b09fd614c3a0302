"""Playing to measure: many episodes in, a report out, none of them kept in memory."""

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from coterie import __version__
from coterie.core import Channel, ConfigError, Environment, Episode, Json, Metric, Mind, Scenario, Seat
from coterie.evaluation.bar import bar
from coterie.evaluation.result import Report
from coterie.evaluation.resume import keep, told_by
from coterie.metrics import Tally
from coterie.metrics import metrics as find_metrics
from coterie.metrics.tokens import Price
from coterie.rollout import gather, write_episodes

MOST_ERRORS = 20
"""How many different error messages a report keeps apart."""


def evaluate(
    world: str | Callable[[], Environment],
    minds: Mapping[str, Mind],
    seeds: Iterable[int],
    *,
    repeats: int = 1,
    options: Mapping[str, Any] | None = None,
    channel: Channel | None = None,
    metrics: Iterable[str | Metric] | None = None,
    labels: Mapping[str, str] | None = None,
    record: str | os.PathLike[str] | None = None,
    resume: bool = False,
    at_once: int = 256,
    timeout_s: float | None = None,
    max_steps: int | None = None,
    progress: bool = False,
) -> Report:
    """Plays one episode per seed (or several) and reports what was measured.

    >>> from coterie.agents import Expert
    >>> report = evaluate("lookout", {"lookout": Expert(), "courier": Expert()}, range(20), metrics=["success"])
    >>> report.measures["success"].value, report.count
    (1.0, 20)

    Args:
        world: a name for `make`, or a function that makes a fresh world.
        minds: who sits where.
        seeds: which episodes; systems can be compared later on the seeds they share.
        repeats: plays every seed so often; tries at the same seed count as one piece of luck in the intervals.
        options: settings of the world, where `world` is a name.
        channel: what speech passes through.
        metrics: names or metrics of your own; None: all, and the mean return of every seat.
        labels: noted on every record.
        record: a file (`.jsonl.zst`, or plain `.jsonl`) to write the episodes to as they finish.
        resume: does not play again what `record` holds of an evaluation that was interrupted.
        at_once: how many episodes run together.
        timeout_s: longest time for one decision.
        max_steps: ends an episode after so many steps of the world.
        progress: shows a progress bar on the terminal.

    Raises:
        ConfigError: there are no seeds, an unknown metric was named, or the world or a seat is not as declared.
        RecordError: the record to go on with holds other seeds, or episodes of other minds or options.
    """
    chosen = list(seeds)
    if not chosen:
        raise ConfigError("no seeds to evaluate on; give at least one, such as range(100)")
    tally = Tally(find_metrics(metrics, seats=minds))
    audience = _Audience(tally)
    play = partial(
        gather,
        world,
        minds,
        repeats=repeats,
        options=options,
        channel=channel,
        at_once=at_once,
        timeout_s=timeout_s,
        max_steps=max_steps,
        labels=labels,
    )
    with bar(len(chosen) * repeats, progress) as advance:
        if record is None or resume:
            same = told_by(world, options or {}, minds, (labels or {}).get("channel", ""))
            episodes = play(chosen) if record is None else keep(record, chosen, repeats, play, same)
            deque(audience.watch(episodes, advance), maxlen=0)
        else:
            write_episodes(record, audience.watch(play(chosen), advance))
    return audience.report(tuple(chosen), repeats, "" if record is None else os.fspath(record))


def evaluate_scenario(
    scenario: Scenario,
    minds: Mapping[str, Mind],
    *,
    channel: Channel | None = None,
    metrics: Iterable[str | Metric] | None = None,
    record: str | os.PathLike[str] | None = None,
    progress: bool = False,
) -> Report:
    """Evaluates on a scenario; `minds` says who is meant by each name that stands at a seat.

    >>> from coterie.agents import Expert, Random
    >>> scenario = Scenario("lookout-v1", (1, 2, 3), {"lookout": "expert", "courier": "random"}, name="lost")
    >>> evaluate_scenario(scenario, {"expert": Expert(), "random": Random()}).scenario.name
    'lost'

    Raises:
        ConfigError: a seat's name is not in `minds`, or as `evaluate` says.
    """
    if unknown := sorted(set(scenario.seats.values()) - set(minds)):
        raise ConfigError(f"scenario {scenario.name!r} seats {', '.join(unknown)}; minds has {', '.join(minds)}")
    report = evaluate(
        scenario.environment,
        {seat: minds[name] for seat, name in scenario.seats.items()},
        scenario.seeds,
        options=scenario.options,
        channel=channel,
        metrics=metrics,
        labels={"scenario": scenario.name} if scenario.name else None,
        record=record,
        progress=progress,
    )
    return report.named(scenario.name)


def measure(
    episodes: Iterable[Episode],
    metrics: Iterable[str | Metric] | None = None,
    prices: Mapping[str, Price] | None = None,
) -> Report:
    """Reports on episodes that were played before, such as `read_episodes(path)`, in one pass.

    Args:
        episodes: of one world.
        metrics: names or metrics of your own; None: all, and the mean return of every seat.
        prices: what tokens cost, by policy, for `cost_per_success`.

    Raises:
        ConfigError: there are no episodes, or they are of different worlds, or of different arms of a probe.
    """
    iterator = iter(episodes)
    if (first := next(iterator, None)) is None:
        raise ConfigError("no episodes to measure")
    audience = _Audience(Tally(find_metrics(metrics, seats=first.seats, prices=prices)))
    seeds: dict[int, None] = {}

    def everything() -> Iterator[Episode]:
        yield first
        yield from iterator

    for episode in audience.watch(everything(), lambda: None):
        seeds[episode.seed] = None
    return audience.report(tuple(seeds), max(1, audience.tally.count // len(seeds)), "")


class _Audience:
    """Watches episodes go by and remembers what a report needs."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.errors: Counter[str] = Counter()
        self.environment = self.arm = ""
        self.options: dict[str, Json] = {}
        self.seats: dict[str, Seat] = {}

    def watch(self, episodes: Iterable[Episode], advance: Callable[[], None]) -> Iterator[Episode]:
        for episode in episodes:
            if self.environment and (episode.environment, episode.options) != (self.environment, self.options):
                raise ConfigError(
                    f"episodes of {self.environment} {self.options} are mixed with {episode.environment} "
                    f"{episode.options}; measure them apart"
                )
            arm = episode.labels.get("arm", "")
            if self.environment and arm != self.arm:
                raise ConfigError(
                    f"episodes of the arms {self.arm or 'none'} and {arm or 'none'} are mixed; measure the record of "
                    "each apart"
                )
            self.arm = arm
            self.environment, self.options, self.seats = episode.environment, episode.options, episode.seats
            if episode.failure is not None:
                text = f"{episode.failure.boundary}: {episode.failure.error}"[:300]
                self.errors[text if text in self.errors or len(self.errors) < MOST_ERRORS else "other errors"] += 1
            self.tally.add(episode)
            advance()
            yield episode

    def report(self, seeds: tuple[int, ...], repeats: int, record: str) -> Report:
        return Report(
            scenario=Scenario(self.environment, seeds, options=self.options),
            seats=self.seats,
            measures=self.tally.measures(),
            count=self.tally.count,
            repeats=repeats,
            failures=dict(self.errors.most_common()),
            record=record,
            coterie=__version__,
        )
