"""`coterie train`: a whole recipe, from nothing to a report."""

from pathlib import Path
from typing import Annotated

import typer


def train(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="A name in recipes/, or a path to a recipe file.")],
    out: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Where the run is kept; runs/RECIPE if absent.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Change a setting; repeat it for several.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the resolved settings and stop.")] = False,
) -> None:
    """Runs a recipe and writes its run folder. The same command again goes on where an interrupted run stopped.

    Try:

    coterie train first_words

    coterie train first_words --set size=4 --set seeds=[0] --out runs/larger

    coterie train first_words --dry-run
    """
    from coterie.agents.terminal import STANDARD
    from coterie.commands.arguments import read_settings
    from coterie.training.card import write_cards
    from coterie.training.recipe import load_recipe, resolve

    found = load_recipe(recipe)
    resolved = resolve(found, read_settings(settings or ()))
    folder = Path(out or f"runs/{found.name}")
    if dry_run:
        STANDARD.console.print(found.table(resolved))
        STANDARD.say(f"would run in {folder}; nothing was done", "green")
        return
    page = found.run(resolved, folder)
    cards = write_cards(folder, getattr(found.module, "LICENCE", ""))
    STANDARD.say(f"\nThe report: {page}\n", "green")
    if cards:
        STANDARD.say(f"{len(cards)} saved models, each with its model card, such as {cards[-1]}\n", "dim")
    STANDARD.say("\n".join(["Try next:", *(f"  {line}" for line in found.next_steps(folder))]))
