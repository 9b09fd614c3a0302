"""Writes the parts of the documentation that are facts of the code: settings, scores, transcripts, commands.

A page marks such a part with `<!-- generated: KIND ARGUMENTS -->` and `<!-- end -->`; what stands between the two is
replaced. A test compares, so that no figure in the documentation was typed.

    python docs/generate.py [PAGE ...]
"""

import importlib
import inspect
import json
import re
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

import coterie
from coterie.agents import Expert, Random
from coterie.commands.arguments import read_settings
from coterie.core import Action, Environment, Episode, Measure, Mind
from coterie.environments import common_options, environments, make, world_class
from coterie.environments import references as stored_references
from coterie.evaluation import Report, evaluate
from coterie.evaluation.format import number, spread, unit_of
from coterie.metrics import METRICS
from coterie.rollout import play

DOCS = Path(__file__).parent
EPISODES = 300
"""How many a team plays for a table of scores, where the page does not say `episodes=N`."""
PART = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
TIMINGS = {
    "turns": "one acts at a time",
    "simultaneous": "all act at once",
    "mixed": "now one acts, now several at once",
    "timed": "each acts when its own action has ended",
}
TALKS = {"none": "nobody speaks", "possible": "talk is possible", "needed": "the task needs talk"}
MEASURED: dict[str, Any] = {}
"""Reference scores by world, filled while pages are generated."""
REFERENCES = Path(coterie.environments.__file__).parent / "references.json"
SHOWN = ("success", "path_weighted_success", "words_per_success", "episode_length")
"""Measures of a world's score table; the mean return of every seat comes with them."""


def generated(text: str) -> str:
    """Returns a page with its generated parts made anew."""

    def replace(found: re.Match[str]) -> str:
        kind, *arguments = shlex.split(found[2])
        return f"{found[1]}\n{KINDS[kind](*arguments)}\n\n{found[3]}"

    return PART.sub(replace, text)


def pages() -> list[Path]:
    """The pages that have such parts."""
    return sorted(path for path in DOCS.rglob("*.md") if PART.search(path.read_text(encoding="utf-8")))


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


# ---- worlds ---------------------------------------------------------------------------------------------------------


def world(name: str) -> str:
    """Id, seats and options of a world."""
    kind = world_class(name)
    meanings = _arguments(inspect.getdoc(kind.__init__) or "")
    rows = [
        [f"`{option}`", f"`{json.dumps(value)}`", meanings.get(option, "")]
        for option, value in make(name).options.items()
    ]
    seats = "`, `".join(make(name).agents)
    told = f"Id `{kind.id}`, group *{kind.application}*, seats `{seats}`; {TIMINGS[kind.timing]}; {TALKS[kind.talk]}."
    told += "\n\n" + (table(["option", "default", "meaning"], rows) if rows else "It has no options.")
    if common := common_options(kind):
        told += f"\n\nBeside these it takes [options of all virtual worlds](../virtual.md): `{'`, `'.join(common)}`."
    return told


def worlds() -> str:
    """Every world, in a line."""
    rows = []
    for kind in sorted(map(world_class, environments()), key=lambda kind: (kind.application, kind.id)):
        page, seats = f"{kind.id.rpartition('-v')[0]}.md", ", ".join(make(kind.id).agents)
        how = f"{TIMINGS[kind.timing]}; {TALKS[kind.talk]}"
        rows.append([f"[{kind.id}]({page})", kind.application, seats, how, kind.purpose])
    return table(["world", "group", "who", "how", "what it is for"], rows)


def _arguments(docstring: str) -> dict[str, str]:
    """The meanings in the `Args` of a docstring."""
    found = re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)$", docstring, re.MULTILINE)
    return {name: " ".join(meaning.split()) for name, meaning in found}


def scores(name: str, *settings: str) -> str:
    """Measures of experts, random players, and each seat's expert among random players, on the same seeds."""
    options = read_settings(settings)
    seeds = range(int(options.pop("episodes", EPISODES)))
    seats = make(name, **options).agents
    teams: dict[str, Mapping[str, Mind]] = {
        "experts": dict.fromkeys(seats, Expert()),
        "random": dict.fromkeys(seats, Random()),
    }
    if len(seats) > 1:
        for seat in seats:
            teams[f"expert {seat}, others random"] = {**teams["random"], seat: Expert()}
    names = [*SHOWN, *(f"mean_return/{seat}" for seat in seats)]
    found = {team: evaluate(name, minds, seeds, options=options, metrics=names) for team, minds in teams.items()}
    if not options:
        _keep_references(make(name), len(seeds), found)
    # What no team has a value for, and the price of words where nobody speaks, is left out.
    told = [each for each in names if any(report.measures[each].value for report in found.values())]
    returns = [each for each in told if each.startswith("mean_return/")]
    alike = all(len({report.measures[each] for each in returns}) == 1 for report in found.values())
    if len(returns) > 1 and alike:
        told = [each for each in told if each not in returns[1:]]
    head = ["team"]
    for each in told:
        name = "mean_return, each seat" if alike and len(returns) > 1 and each in returns else each
        head.append(f"{name} [{unit_of(each)}]" if unit_of(each) else name)
    rows = [[team, *(_measure(each, report.measures[each]) for each in told)] for team, report in found.items()]
    return table(head, rows) + f"\n\n{len(seeds)} episodes a team, seeds 0 to {seeds[-1]}; 95 % intervals in brackets."


def least(name: str, *settings: str) -> str:
    """How long experts need, compared with the least time that the outcome tells as `shortest`."""
    options = read_settings(settings)
    seeds = range(int(options.pop("episodes", EPISODES)))
    team = dict.fromkeys(make(name, **options).agents, Expert())
    outcomes = [play(name, team, seed, options=options).outcome for seed in seeds]
    ratios = sorted(each["steps"] / each["shortest"] for each in outcomes if each["success"] and each["shortest"])
    middle = f"{median(ratios):.2f} times the least time (median; {ratios[0]:.2f} to {ratios[-1]:.2f})"
    return f"Experts need {middle} in the {len(ratios)} of {len(seeds)} episodes that succeed."


def _keep_references(world: Environment, episodes: int, found: Mapping[str, Report]) -> None:
    """Keeps what was measured on the default options where the package finds it."""
    teams = {
        team: {
            name: [measure.value, measure.low, measure.high]
            for name, measure in report.measures.items()
            if measure.value is not None
        }
        for team, report in found.items()
    }
    MEASURED[world.id] = {"options": world.options, "episodes": episodes, "teams": teams}


def references() -> str:
    """The reference scores of all worlds whose pages were generated, as the package ships them."""
    lines = (f'"{id}": {json.dumps(MEASURED[id])}' for id in sorted(MEASURED))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _measure(name: str, measure: Measure) -> str:
    if measure.value is None:
        return "-"
    return f"{number(name, measure.value)} {spread(name, measure)}".strip()


def transcript(name: str, seed: str, *settings: str) -> str:
    """An episode between experts."""
    options = read_settings(settings)
    episode = play(name, dict.fromkeys(make(name, **options).agents, Expert()), int(seed), options=options)
    return f"```text\n{_told(episode)}\n```"


def _told(episode: Episode) -> str:
    lines = []
    for turn in episode.turns:
        heard = "".join(f", heard {message.speaker}: {message.text}" for message in turn.observation.heard)
        seen = turn.observation.text or "nothing new"
        lines += [f"{turn.agent} sees: {seen}{heard}", f"  {turn.agent} {_act(turn.action)}"]
    lines.append("outcome: " + ", ".join(f"{name} {value}" for name, value in episode.outcome.items()))
    lines.append("return: " + ", ".join(f"{seat} {total:g}" for seat, total in episode.totals.items()))
    return "\n".join(lines)


def _act(action: Action | None) -> str:
    if action is None:
        return "gives no accepted answer"
    does = [f"does {action.move}"] if action.move is not None else []
    return " and ".join([*does, *(f"says: {each.text}" for each in action.say)]) or "says nothing"


def payoffs(name: str) -> str:
    """The table of a matrix game."""
    from coterie.environments.markov.games import GAMES

    game = GAMES[name]
    rows = [
        [f"**{move}**", *(f"{row:g}, {column:g}" for row, column in zip(ours, theirs, strict=True))]
        for move, ours, theirs in zip(game.row_moves, game.row_payoffs_RC, game.column_payoffs_RC, strict=True)
    ]
    return table(["row \\ column", *game.column_moves], rows)


def processes() -> str:
    """The named processes and what their optimal policies are worth."""
    from coterie.environments.markov.processes import PROCESSES
    from coterie.environments.markov.solve import value_iteration

    rows = []
    for name, create in PROCESSES.items():
        process = create()
        best = float(process.start_S @ value_iteration(process).values_S)
        summary = (inspect.getdoc(create) or "").splitlines()[0]
        actions = ", ".join(process.actions)
        rows.append([f"`{name}`", summary, str(len(process.states)), actions, f"{process.discount:g}", f"{best:.3f}"])
    return table(["process", "what it is", "states", "actions", "discount", "optimal discounted return"], rows)


# ---- settings, metrics, commands ------------------------------------------------------------------------------------


def settings(where: str) -> str:
    """The fields of a settings class, `module:Class`."""
    module, _, name = where.partition(":")
    kind = getattr(importlib.import_module(module), name)
    meanings = dict(re.findall(r"^    (\w+):[^\n]*\n    \"\"\"(.+?)\"\"\"", inspect.getsource(kind), re.DOTALL | re.M))
    types = dict(re.findall(r"^    (\w+): ([^=\n]+?)(?: =.*)?$", inspect.getsource(kind), re.M))
    rows = [
        [f"`{each.name}`", f"`{types[each.name]}`", _default(each), " ".join(meanings.get(each.name, "").split())]
        for each in msgspec.structs.fields(kind)
    ]
    return table(["name", "type", "default", "meaning"], rows)


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is not msgspec.NODEFAULT:
        return f"`{field.default!r}`"
    return "required" if field.default_factory is msgspec.NODEFAULT else f"`{field.default_factory()!r}`"


def metrics() -> str:
    """Every metric of the registry."""
    directions = {True: "higher", False: "lower", None: "neither"}
    rows = []
    for metric in METRICS.values():
        bounds = f"{metric.low:g} to {metric.high:g}"
        summary = " ".join(each for each in (metric.summary, metric.source and f"Source: {metric.source}.") if each)
        better = directions[metric.higher_is_better]
        missing = metric.compute.missing  # all of the registry are streamed, and have one
        rows.append([f"`{metric.name}`", metric.unit, bounds.replace("inf", "∞"), better, summary, missing])
    return table(["name", "unit", "range", "better", "what it is", "missing where"], rows)


def commands() -> str:
    """Every command with its arguments."""
    import typer

    from coterie.cli import app

    group: Any = typer.main.get_command(app)
    parts = []
    for name, command in group.commands.items():
        rows = [
            [f"`{' '.join(each.opts) if each.opts[0].startswith('-') else each.metavar}`", _help(each)]
            for each in command.params
            if "--help" not in each.opts
        ]
        text = "\n\n".join(
            f"    {each}" if each.startswith("coterie ") else each
            for each in re.sub(r": (coterie .+)", r":\n\n\1", inspect.cleandoc(command.help)).split("\n\n")
        )
        parts.append(f"## coterie {name}\n\n{text}\n\n" + (table(["argument", "meaning"], rows) if rows else ""))
    return "\n\n".join(parts)


def _help(parameter: Any) -> str:
    default = parameter.default
    shown = f" Default: `{default}`." if isinstance(default, str | int) and default not in (False, "") else ""
    return f"{parameter.help or ''}{shown}"


KINDS: dict[str, Callable[..., str]] = {
    "worlds": worlds,
    "world": world,
    "scores": scores,
    "least": least,
    "transcript": transcript,
    "payoffs": payoffs,
    "processes": processes,
    "settings": settings,
    "metrics": metrics,
    "commands": commands,
}


def main() -> None:
    """Writes the pages that changed, of all or of those named."""
    MEASURED.update({id: told for id, told in stored_references().items() if id in environments()})
    for path in map(Path, sys.argv[1:]) if sys.argv[1:] else pages():
        old = path.read_text(encoding="utf-8")
        if (new := generated(old)) != old:
            path.write_text(new, encoding="utf-8")
            print(f"wrote {path.name}", flush=True)
    REFERENCES.write_text(references(), encoding="utf-8")


if __name__ == "__main__":
    main()
