"""`coterie measure`, `coterie report` and `coterie compare`: looking at what was recorded."""

from pathlib import Path
from typing import Annotated

import typer

from coterie.commands.evaluate import FORMAT, PRICES


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, or one of an evaluation or of a suite.")],
    format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="html writes the page; md, json, csv or latex print.")
    ] = "html",
) -> None:
    """Writes the report page of a run folder anew and prints its path, or prints the numbers.

    Try:

    coterie report runs/first_words

    coterie report runs/first_words --format latex
    """
    from coterie.agents.terminal import STANDARD
    from coterie.core import ConfigError
    from coterie.evaluation.export import export, export_run
    from coterie.evaluation.report import read_run, suite_reports, write_report, write_suite

    scenarios = suite_reports(run)
    try:
        if format == "html":
            STANDARD.say(f"The report: {write_suite(run) if scenarios else write_report(run)}", "green")
        elif scenarios:
            typer.echo(export([*scenarios.values()], format), nl=False)
        else:
            typer.echo(export_run(read_run(run), format), nl=False)
    except FileNotFoundError as error:
        raise ConfigError(str(error)) from error


def measure(
    log: Annotated[
        Path,
        typer.Argument(
            metavar="LOG", help="A record or run folder of ours, or a log of Inspect, verifiers, TextArena."
        ),
    ],
    metric: Annotated[
        list[str] | None,
        typer.Option("--metrics", "--metric", metavar="NAMES", help="Measure only these: names with commas between."),
    ] = None,
    solved_at: Annotated[
        float | None, typer.Option(metavar="REWARD", help="From which reward an episode of verifiers is a success.")
    ] = None,
    out: Annotated[str | None, typer.Option(metavar="FILE", help="Write the episodes as a record of ours too.")] = None,
    skip_damaged: Annotated[
        bool, typer.Option("--skip-damaged", help="Go on without damaged lines, and tell of each.")
    ] = False,
    price: PRICES = None,
    judge: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHO",
            help="Let WHO, such as a chat model, read every episode and answer the rubric; repeat it, best for two.",
        ),
    ] = None,
    rubric: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="What judges are asked: communication, planning, truthfulness, politeness; or a file."
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What people answered, to compare judges with: CSV with seed and answer."),
    ] = None,
    format: FORMAT = "table",
) -> None:
    """Measures episodes that were recorded before, here or by another library.

    Judges give opinions where code cannot measure. They stand apart from the measures, with how far they agree; beside
    a run folder they are kept for its report page.

    Try:

    coterie measure runs/a/episodes

    coterie measure logs/say_yes.eval --metrics success,pass_at --out converted.jsonl.zst

    coterie measure runs/a/episodes --rubric politeness --judge http://127.0.0.1:8000/v1#qwen
    """
    from coterie.agents.terminal import STANDARD
    from coterie.commands.arguments import read_prices, record_path
    from coterie.commands.evaluate import names_of
    from coterie.commands.judging import judge as ask_judges
    from coterie.core import ConfigError
    from coterie.evaluation import measure as measured
    from coterie.evaluation.export import Exported, export
    from coterie.evaluation.foreign import read_log
    from coterie.rollout import write_episodes

    if not judge and (rubric or labels):
        raise ConfigError("--rubric and --labels are for judges; name one with --judge WHO, best two")
    try:
        path = record_path(out) if out else None
        if path is not None:
            write_episodes(path, read_log(log, solved_at, skip_damaged))
        skip = (lambda error: typer.echo(f"left out: {error}", err=True)) if skip_damaged else False
        result = measured(read_log(log, solved_at, skip), names_of(metric), prices=read_prices(price or ()))
        found: list[Exported] = [result]
        if judge:
            found.append(ask_judges([*read_log(log, solved_at, skip_damaged)], judge, rubric, labels, log))
    except FileNotFoundError as error:
        raise ConfigError(str(error)) from error
    if format == "table":
        for each in found:
            STANDARD.console.print(each.table())
    else:
        typer.echo(export(found, format), nl=False)


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="A record file, or the folder of one, or of a suite.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Another, played on the same seeds.")],
    metric: Annotated[
        list[str] | None,
        typer.Option("--metrics", "--metric", metavar="NAMES", help="Compare only these: names with commas between."),
    ] = None,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION",
            help='Exit with 1 when the change (B minus A) is so, such as "success < -0.02"; repeat it for several.',
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page of it too, such as difference.html.")
    ] = None,
    format: FORMAT = "table",
) -> None:
    """Compares two systems on the seeds they share, paired, with corrected p-values.

    Of two evaluations of a suite every scenario is compared, and p-values are corrected for all of them together.

    With --fail-if it is a gate for continuous integration: it exits with 1 when B has become worse than A by more than
    you allow. A change that cannot be computed fails too.

    Try:

    coterie evaluate lookout --seat lookout=random --out runs/a

    coterie evaluate lookout --out runs/b

    coterie compare runs/a runs/b --out difference.html

    coterie compare runs/a runs/b --metrics success --fail-if "success < -0.02"
    """
    from coterie.agents.terminal import STANDARD
    from coterie.commands.evaluate import names_of
    from coterie.core import ConfigError
    from coterie.evaluation import compare as compared
    from coterie.evaluation import compare_scenarios
    from coterie.evaluation.export import export
    from coterie.evaluation.gate import Condition, failures

    conditions = [Condition.read(text) for text in fail_if or ()]
    names = names_of(metric)
    if names is not None:
        names = list(dict.fromkeys([*names, *(each.metric for each in conditions)]))
    try:
        one, other = _records(a), _records(b)
        if "" in one or "" in other:
            results = [compared(_alone(one, a), _alone(other, b), metrics=names)]
        else:
            results = [*compare_scenarios(one, other, metrics=names, names=(a.name, b.name)).values()]
    except FileNotFoundError as error:
        raise ConfigError(str(error)) from error
    if format == "table":
        for result in results:
            STANDARD.console.print(result.table())
        if left_out := sorted(one.keys() ^ other.keys()):
            STANDARD.say(f"left out, because only one of them has it: {', '.join(left_out)}", "yellow")
    else:
        typer.echo(export(results, format), nl=False)
    if out is not None:
        from coterie.evaluation.report import write_comparison

        STANDARD.say(f"The page: {write_comparison(out, results)}", "green")
    if told := [line for result in results for line in failures(result, conditions)]:
        STANDARD.say("failed: " + "\nfailed: ".join(told), "red")
        raise typer.Exit(1)


def _records(place: Path) -> dict[str, Path]:
    """The episodes of an evaluation by scenario, without those that probes played beside it; one alone has no name."""
    scenarios = sorted(path.parent for path in place.glob("*/report.json") if (path.parent / "episodes").is_dir())
    if scenarios and not (place / "report.json").exists():
        return {each.name.replace("_", " "): each / "episodes" for each in scenarios}
    episodes = place / "episodes"
    return {"": episodes if (place / "report.json").exists() and episodes.is_dir() else place}


def _alone(records: dict[str, Path], place: Path) -> Path:
    from coterie.core import ConfigError

    if "" not in records:
        raise ConfigError(f"{place} holds a suite ({', '.join(records)}) and the other one scenario; name one of both")
    return records[""]
