"""`coterie list`: which worlds there are."""

import json
from typing import Annotated, Any

import typer


def list_worlds(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list instead of a table.")] = False,
) -> None:
    """Lists the worlds: their names, seats and options.

    An option is changed by **--set** option=value in the other commands.

    Try:

    coterie list

    coterie list --json
    """
    worlds = [_described(id) for id in _ids()]
    if as_json:
        typer.echo(json.dumps(worlds, indent=1))
        return
    from rich import print as show
    from rich.table import Table
    from rich.text import Text

    table = Table(show_lines=True)
    for column in ("world", "seats", "options and their defaults"):
        table.add_column(column, overflow="fold")
    for application in sorted({world["application"] for world in worlds}):
        table.add_row(Text(application or "other", "bold cyan"), "", "")
        for world in worlds:
            if world["application"] == application:
                options = "  ".join(f"{name}={json.dumps(value)}" for name, value in world["options"].items())
                name = Text.assemble((world["id"], "bold"), f"\n{world['summary']}")
                table.add_row(name, Text("\n".join(world["seats"])), Text(options))
    show(table)


def _ids() -> list[str]:
    from coterie.environments import environments

    return environments()


def _described(id: str) -> dict[str, Any]:
    from coterie.agents.rules import rules_of
    from coterie.core import ConfigError
    from coterie.environments import make

    try:
        world = make(id)
    except ConfigError as error:  # such as a missing extra; the other worlds are there all the same
        return {"id": id, "application": "", "summary": f"cannot be made: {error}", "seats": [], "options": {}}
    return {
        "id": id,
        "application": world.application,
        "summary": rules_of(type(world)).partition("\n")[0],
        "seats": list(world.agents),
        "options": world.options,
    }
