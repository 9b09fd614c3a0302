"""`coterie list`: which worlds there are, what each is for, and which one answers a question."""

import json
from typing import Annotated, Any, get_args

import typer

TIMINGS = {
    "": "unknown",
    "turns": "turns",
    "simultaneous": "all at once",
    "mixed": "turns, all at once",
    "timed": "timed",
}


def list_worlds(
    world: Annotated[
        str | None, typer.Argument(metavar="[WORLD]", help="Only this one, with rules and options.")
    ] = None,
    question: Annotated[str | None, typer.Option("--for", metavar="WORDS", help="What you want to find out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list instead of a table.")] = False,
) -> None:
    """Lists the worlds: what each is for, who plays, whether talk matters, and what random and expert play reach.

    An option of a world is changed by **--set** option=value in the other commands.

    Try:

    coterie list

    coterie list lookout

    coterie list --for "do my agents negotiate fairly?"
    """
    from coterie.environments import environments, world_class

    worlds = [described(id) for id in ([world_class(world).id or world] if world else environments())]
    found_by: dict[str, list[str]] = {}
    if question is not None:
        from coterie.commands.choosing import ranked

        hits = ranked(question, worlds)
        worlds = [dict(each) for each, _ in hits[:6]]
        found_by = {each["id"]: by for each, by in hits}
    if as_json:
        typer.echo(json.dumps(worlds, indent=1))
    elif world is not None:
        _show_one(worlds[0])
    elif question is not None:
        _show_answer(question, worlds, found_by)
    else:
        _show_table(worlds)


def described(id: str) -> dict[str, Any]:
    """What a world says of itself."""
    from coterie.agents.rules import rules_of
    from coterie.core import ConfigError
    from coterie.environments import common_options, make, references, world_class

    try:
        kind = world_class(id)
        world = make(id)
    except ConfigError as error:  # such as a missing extra; the other worlds are there all the same
        unknown = dict.fromkeys(("kind", "application", "purpose", "timing", "talk", "rules"), "")
        return {
            "id": id,
            "summary": f"cannot be made: {error}",
            **unknown,
            "references": {},
            "seats": [],
            "options": {},
            "common_options": {},
        }
    rules = rules_of(kind)
    return {
        "id": id,
        "kind": _kind(kind.__module__),
        "application": kind.application,
        "summary": rules.partition("\n")[0],
        "purpose": kind.purpose,
        "timing": kind.timing,
        "talk": kind.talk,
        "rules": rules,
        "references": references().get(id, {}),
        "seats": list(world.agents),
        "options": world.options,
        "common_options": {name: list(get_args(values)) for name, values in common_options(kind).items()},
    }


def _kind(module: str) -> str:
    """Which sort of world a module of the package holds: text, virtual, hybrid, markov; another's own has none.

    >>> _kind("coterie.environments.text.cooperation.lookout"), _kind("my_worlds")
    ('text', 'own')
    """
    return module.split(".")[2] if module.startswith("coterie.environments.") else "own"


def reference_line(world: dict[str, Any]) -> str:
    """What random and expert play reach, on the measure that says most.

    >>> told = {"random": {"success": [0.0, 0.0, 0.01]}, "experts": {"success": [1.0, 0.99, 1.0]}}
    >>> reference_line({"references": {"teams": told}})
    'success 0 % > 100 %'
    """
    teams = world["references"].get("teams")
    if not teams:
        return ""
    if "success" in teams["experts"]:
        low, high = (f"{100 * teams[team]['success'][0]:.0f} %" for team in ("random", "experts"))
        return f"success {low} > {high}"
    # Against a rival an expert is worth what it gains from random play; in a team, what experts reach together.
    gains = []
    for seat, (random, *_) in teams["random"].items():
        if seat.startswith("mean_return/"):
            alone = teams.get(f"expert {seat.partition('/')[2]}, others random", teams["experts"])
            best = max(teams["experts"][seat][0], alone[seat][0])
            gains.append((best - random, random, best))
    _, random, best = max(gains)
    return f"return {random:.2f} > {best:.2f}"


def _show_table(worlds: list[dict[str, Any]]) -> None:
    for kind, application in sorted({(world["kind"], world["application"]) for world in worlds}):
        group = f"{kind} worlds: {application}" if kind not in ("", application) else f"{application or 'other'} worlds"
        typer.secho(f"\n{group}", fg="cyan", bold=True)
        for world in worlds:
            if (world["kind"], world["application"]) == (kind, application):
                seats = world["seats"]
                shown = ", ".join(seats if len(seats) <= 4 else [*seats[:2], f"... {len(seats)} seats"])
                facts = f"{shown}; {TIMINGS[world['timing']]}; talk {world['talk']}; {reference_line(world)}"
                typer.echo(
                    "  " + typer.style(f"{world['id']:22s}", bold=True) + f"{world['purpose'] or world['summary']}"
                )
                typer.echo(f"  {'':22s}" + typer.style(facts.removesuffix("; "), dim=True))
    typer.echo(
        "\nA > B: what random players and experts reach. More of one: coterie list WORLD; find one: --for WORDS."
    )


def _show_answer(question: str, worlds: list[dict[str, Any]], found_by: dict[str, list[str]]) -> None:
    from coterie.commands.choosing import MEASURES

    if not worlds:
        typer.echo(f"No world speaks of {question!r}; try other words, or see all: coterie list")
        return
    for world in worlds:
        typer.secho(f"{world['id']}", bold=True, nl=False)
        typer.echo(f" ({world['application']}): {world['purpose'] or world['summary']}")
        by = ", ".join(found_by[world["id"]]) or "related words"
        typer.echo(
            f"  {TIMINGS[world['timing']]}; talk {world['talk']}; {reference_line(world) or 'no references'}; by: {by}"
        )
        if world["application"] in MEASURES:
            typer.echo(f"  measure: {MEASURES[world['application']]}")
    typer.echo(f"\nThe rules and options of one: coterie list {worlds[0]['id']}")


def _show_one(world: dict[str, Any]) -> None:
    typer.secho(world["id"], bold=True, nl=False)
    typer.echo(f" ({world['application']}): {world['purpose']}\n\n{world['rules']}\n")
    typer.echo(f"seats: {', '.join(world['seats'])}; {TIMINGS[world['timing']]}; talk {world['talk']}")
    typer.echo(f"random > expert: {reference_line(world) or 'not measured'}")
    for name, value in world["options"].items():
        typer.echo(f"  --set {name}={json.dumps(value)}")
    for name, values in world["common_options"].items():
        typer.echo(f"  --set {name}={'|'.join(values)}")
    seat = world["seats"][0] if world["seats"] else "SEAT"
    typer.echo(f"\nSit down in it: coterie play {world['id']} --seat {seat}=human")
