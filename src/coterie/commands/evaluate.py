"""`coterie evaluate`: many episodes, measured."""

from pathlib import Path
from typing import Annotated

import typer

from coterie.commands.play import SEATS, SETTINGS, SPEECH, WORLD


def evaluate(
    world: WORLD,
    seat: SEATS = None,
    episodes: Annotated[int, typer.Option(min=1, help="How many seeds to play.")] = 100,
    seed: Annotated[int, typer.Option(help="The first seed.")] = 0,
    settings: SETTINGS = None,
    channel: SPEECH = "open",
    metric: Annotated[list[str] | None, typer.Option(help="Measure only this; repeat it for several.")] = None,
    out: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Keep report.json and the episodes in this folder.")
    ] = None,
) -> None:
    """Plays many episodes and prints what was measured, with intervals.

    Try:

    coterie evaluate lookout --episodes 500

    coterie evaluate lookout --seat lookout=random --channel noise:0.3 --out runs/noisy

    coterie evaluate lookout --seat courier=http://127.0.0.1:8000/v1#qwen --episodes 50 --set size=4
    """
    from coterie.agents.terminal import STANDARD
    from coterie.commands.arguments import find_own_worlds, read_channel, read_minds, read_settings, record_path
    from coterie.commands.watching import tell_usage
    from coterie.environments import make
    from coterie.evaluation import evaluate as measure

    find_own_worlds(world)
    options, speech = read_settings(settings or ()), read_channel(channel)
    minds = read_minds(seat or (), world, make(world, **options))
    record = record_path(str(Path(out) / "episodes" / "episodes.jsonl.zst")) if out else None
    report = measure(
        world,
        minds,
        range(seed, seed + episodes),
        options=options,
        channel=speech,
        metrics=metric or None,
        labels={"channel": channel},
        record=record,
        progress=True,
    )
    STANDARD.console.print(report.table())
    tell_usage(minds, STANDARD)
    if out is not None:
        (Path(out) / "report.json").write_bytes(report.to_json())
        STANDARD.say(f"kept in {out}: report.json and episodes/episodes.jsonl.zst", "green")
    if sum(report.failures.values()) == report.count:
        raise typer.Exit(1)  # nothing was measured
