"""`coterie check`: does a world keep the contract?"""

import importlib.util
import inspect
from typing import Annotated

import typer

from coterie.commands.play import SETTINGS


def check(
    world: Annotated[str, typer.Argument(metavar="MODULE:NAME", help="The class of your world, or a world's name.")],
    episodes: Annotated[int, typer.Option(min=1, help="How many episodes are played.")] = 64,
    settings: SETTINGS = None,
) -> None:
    """Plays a world in many ways and stops at the first thing that breaks the contract.

    Try:

    coterie check my_worlds:Ferry

    coterie check lookout --set size=5 --episodes 20
    """
    from coterie.agents.terminal import STANDARD
    from coterie.commands.arguments import find_own_worlds, read_settings
    from coterie.core import Environment
    from coterie.environments import make, world_class
    from coterie.testing import check_environment

    find_own_worlds(world)
    options, kind = read_settings(settings or ()), world_class(world)
    first = make(world, **options)
    vectors, expert = kind.vector is not Environment.vector, kind.expert is not Environment.expert
    hypothesis = importlib.util.find_spec("hypothesis") is not None
    try:
        check_environment(
            lambda: make(world, **options),
            episodes=episodes,
            vectors=vectors,
            expert=expert,
            garbage=100 if hypothesis else 0,
        )
    except AssertionError as error:
        STANDARD.say(f"{first.id or world} breaks the contract: {error}", "red")
        raise typer.Exit(1) from error
    STANDARD.say(f"{first.id or world} keeps the contract, as far as {episodes} episodes can tell", "bold green")
    missing = [word for word, has in (("secrets", False), ("vectors", vectors), ("whatever", hypothesis)) if not has]
    for each in _checked(inspect.getdoc(check_environment) or ""):
        if not each.startswith(tuple(missing)):
            STANDARD.say(f"  {each}")
    for has, left_out in (
        (False, "secrets: give check_environment(secrets=...) in a test what only one seat may know"),
        (vectors, "numeric views: the world has no `vector` method"),
        (expert, "experts: the world has no `expert` method"),
        (hypothesis, 'made-up answers: they need hypothesis (pip install "coterie[dev]")'),
    ):
        if not has:
            STANDARD.say(f"  left out: {left_out}", "yellow")


def _checked(documentation: str) -> list[str]:
    r"""What the kit says that it checks: the paragraph that begins so, at its semicolons.

    >>> _checked("Plays.\n\nChecked: seats; luck\nand time.\n\nArgs: none")
    ['seats', 'luck and time']
    """
    paragraph = documentation.partition("Checked: ")[2].partition("\n\n")[0]
    return [" ".join(part.split()).rstrip(".") for part in paragraph.split(";") if part.strip()]
