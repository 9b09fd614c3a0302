"""`coterie evaluate`: many episodes, measured; a world, or a suite of scenarios."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coterie.commands.play import SEATS, SETTINGS, SPEECH

if TYPE_CHECKING:
    from coterie.core import Mind, Scenario
    from coterie.evaluation.export import Exported


def _printable(format: str) -> str:
    """Refuses a format that there is not before anything is played or read."""
    if format != "table":
        from coterie.evaluation.export import check_format

        check_format(format)
    return format


FORMAT = Annotated[
    str,
    typer.Option(
        "--format", metavar="FORMAT", callback=_printable, help="How to print: table, md, json, csv or latex."
    ),
]
PRICES = Annotated[
    list[str] | None,
    typer.Option(
        "--price",
        metavar="POLICY=READ,WRITTEN",
        help="What a million tokens read and written cost, in USD, for cost_per_success; repeat it for every policy.",
    ),
]


def evaluate(
    world: Annotated[
        str, typer.Argument(metavar="ID", help="A world, module:Class of your own, or suite:NAME such as suite:core.")
    ],
    seat: SEATS = None,
    episodes: Annotated[int, typer.Option(min=1, help="How many seeds to play; a suite has its own.")] = 100,
    seed: Annotated[int, typer.Option(help="The first seed.")] = 0,
    repeats: Annotated[int, typer.Option(min=1, help="How often to play each seed.")] = 1,
    settings: SETTINGS = None,
    channel: SPEECH = "open",
    metric: Annotated[
        list[str] | None,
        typer.Option(
            "--metrics", "--metric", metavar="NAMES", help="Measure only these: names with commas between, or all."
        ),
    ] = None,
    probe: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Play this probe too: NAME, NAME:SEAT, NAME:SETTING=VALUE,...; repeat it for several.",
        ),
    ] = None,
    team: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=WHO",
            help="Another team for the probe cross_play, by a name of its own: NAME=WHO for WHO at every seat, or "
            "NAME=SEAT=WHO,SEAT=WHO; repeat it.",
        ),
    ] = None,
    price: PRICES = None,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER",
            help="Keep report, findings and episodes in this folder. The same command again goes on where an "
            "interrupted one stopped.",
        ),
    ] = None,
    at_once: Annotated[int, typer.Option(min=1, help="How many episodes run together.")] = 256,
    format: FORMAT = "table",
) -> None:
    """Plays many episodes and prints what was measured, with intervals.

    Probes play further arms on the same seeds and through the same channel: talk (open, muted, scrambled), listening,
    lazy_agents, shapley, efficiency, policy_swap, cross_play, identity_bias, leakage, deception, collusion,
    personalisation, adaptation; of one seat focal_score, coordination_deficit, contagion, tracer_durability,
    consensus_pollution, cross_task_leakage, instruction_decay, refusals, stereotypes.

    Try:

    coterie evaluate lookout --episodes 500

    coterie evaluate lookout --seat lookout=random --channel noise:0.3 --out runs/noisy

    coterie evaluate study_group --probe talk --probe tracer_durability:ann,topology=chain --out runs/study

    coterie evaluate reference_game --probe cross_play --team strangers=runs/b/model --seat '*=runs/a/model'

    coterie evaluate haggle --probe collusion:competitive=0.2,colluding=0.8 --channel noise:0.3

    coterie evaluate suite:core --seat '*=http://127.0.0.1:8000/v1#qwen' --out runs/qwen
    """
    from coterie.agents.terminal import STANDARD
    from coterie.commands.arguments import find_own_worlds, read_channel, read_prices, read_settings
    from coterie.commands.evaluating import Asked, evaluate_scenario
    from coterie.commands.watching import tell_usage
    from coterie.core import Scenario
    from coterie.evaluation.suites import suite

    options, speech = read_settings(settings or ()), read_channel(channel)
    if world.startswith("suite:"):
        called, scenarios = suite(world.removeprefix("suite:"))
        scenarios = tuple(_with(each, options) for each in scenarios)
    else:
        find_own_worlds(world)
        called, scenarios = "", (Scenario(world, tuple(range(seed, seed + episodes)), options=options),)
    asked = Asked(
        tuple(seat or ()),
        tuple(team or ()),
        names_of(metric),
        read_prices(price or ()),
        tuple(probe or ()),
        repeats,
        at_once,
    )
    found: list[Exported] = []
    minds: dict[str, Mind] = {}
    failed = played = 0
    for scenario in scenarios:
        place = None if out is None else Path(out) / (_folder(scenario) if called else "")
        labels = {"channel": channel} | ({"suite": called, "scenario": scenario.name} if called else {})
        done = evaluate_scenario(scenario, asked, speech, place, labels)
        found += [done.report, *done.findings]
        minds |= {f"{scenario.environment} {name}": mind for name, mind in done.minds.items()}
        failed, played = failed + sum(done.report.failures.values()), played + done.report.count
    _print(found, format)
    tell_usage(minds, STANDARD)
    if out is not None and format == "table":
        STANDARD.say(f"kept in {out}: report.json and episodes; coterie report {out} writes a page", "green")
    if failed == played:
        raise typer.Exit(1)  # nothing was measured


def names_of(metric: list[str] | None) -> list[str] | None:
    """Reads the names of metrics; None: all of them."""
    names = [name.strip() for each in metric or () for name in each.split(",") if name.strip()]
    return None if not names or "all" in names else names


def _with(scenario: "Scenario", options: Mapping[str, Any]) -> "Scenario":
    from coterie.core import ConfigError

    if options:
        raise ConfigError(f"a suite has its own options; leave out --set {', '.join(options)}, or evaluate one world")
    return scenario


def _folder(scenario: "Scenario") -> str:
    return scenario.name.replace(" ", "_") or scenario.environment


def _print(found: "Sequence[Exported]", format: str) -> None:
    """Prints tables, or writes them in another format and nothing else."""
    from coterie.agents.terminal import STANDARD
    from coterie.evaluation.export import export

    if format != "table":
        typer.echo(export(found, format), nl=False)
        return
    for each in found:
        STANDARD.console.print(each.table())
