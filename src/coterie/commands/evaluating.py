"""Evaluating one scenario as it was asked for on the command line: the team, then its probes, kept in a folder."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from coterie.core import Channel, Mind, Scenario
    from coterie.evaluation import Report
    from coterie.evaluation.probes import AnyFinding
    from coterie.metrics.tokens import Price


class Evaluated(NamedTuple):
    """What came of it."""

    report: "Report"
    findings: "list[AnyFinding]"
    minds: "dict[str, Mind]"


class Asked(NamedTuple):
    """What is the same for every scenario of a suite."""

    seats: tuple[str, ...]
    teams: tuple[str, ...]
    names: list[str] | None
    prices: "dict[str, Price]"
    probes: tuple[str, ...]
    repeats: int
    at_once: int


def evaluate_scenario(
    scenario: "Scenario", asked: Asked, speech: "Channel | None", place: Path | None, labels: dict[str, str]
) -> Evaluated:
    """Evaluates one scenario, plays the probes, and keeps all of it where there is a place."""
    from coterie.commands.arguments import read_minds, read_teams
    from coterie.core import Policy
    from coterie.environments import make
    from coterie.evaluation import evaluate as measure
    from coterie.evaluation.keeping import Request, begin, finish, finished
    from coterie.metrics import metrics as find_metrics

    world, options = scenario.environment, dict(scenario.options)
    environment = make(world, **options)
    policies: dict[str, Policy] = {}
    minds = read_minds(asked.seats, world, environment, policies)
    teams = read_teams(asked.teams, world, environment, policies)
    _check_probes(asked, tuple(minds), teams)
    if place is not None:
        sitting = {name: mind.name for name, mind in minds.items()}
        request = Request(world, environment.options, sitting, labels, scenario.seeds, asked.repeats)
        if "suite" in labels and (earlier := finished(place, request)) is not None:
            return Evaluated(earlier, _probed(scenario, asked, speech, place, minds, teams), minds)
        begin(place, request)
    report = measure(
        world,
        minds,
        scenario.seeds,
        repeats=asked.repeats,
        options=options,
        channel=speech,
        metrics=find_metrics(asked.names, seats=minds, prices=asked.prices),
        labels=labels,
        record=place / "episodes" / "episodes.jsonl.zst" if place else None,
        resume=True,
        at_once=asked.at_once,
        progress=True,
    ).named(scenario.name)
    found = _probed(scenario, asked, speech, place, minds, teams)
    if place is not None:
        finish(place, report, world)
    return Evaluated(report, found, minds)


def _check_probes(asked: Asked, seats: "tuple[str, ...]", teams: "Mapping[str, Mapping[str, Mind]]") -> None:
    """Tells what is wrong with probes before anything is played."""
    from coterie.core import ConfigError
    from coterie.evaluation.probes.registry import read_probe

    crossed = [read_probe(name, seats)[0] for name in asked.probes].count("cross_play")
    if crossed and not teams:
        raise ConfigError("cross_play needs another team to meet: give it with --team NAME=WHO")
    if teams and not crossed:
        raise ConfigError(f"nobody meets the team {next(iter(teams))}; ask for --probe cross_play too")


def _probed(
    scenario: "Scenario",
    asked: Asked,
    speech: "Channel | None",
    place: Path | None,
    minds: "Mapping[str, Mind]",
    teams: "Mapping[str, Mapping[str, Mind]]",
) -> "list[AnyFinding]":
    """Plays the probes one after another; what an interrupted evaluation has found is not played again."""
    from coterie.evaluation.probes import Trial, probe, read_findings, write_findings

    kept = {} if place is None else {each.asked: each for each in read_findings(place)}
    found: list[AnyFinding] = []
    for name in asked.probes:
        if name not in kept:
            trial = Trial(
                scenario.environment,
                scenario.seeds,
                dict(scenario.options),
                asked.repeats,
                folder=None if place is None else str(place / "arms" / re.sub(r"[^\w.=-]+", "_", name)),
                at_once=asked.at_once,
                channel=speech,
                progress=True,
            )
            kept[name] = probe(name, trial, minds, teams)
            if place is not None:
                write_findings(place, [kept[name]])
        found.append(kept[name])
    return found
