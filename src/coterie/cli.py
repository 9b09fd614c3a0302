"""The command line: `coterie --help`. Each command is a file in `coterie.commands`."""

import typer
from typer.core import TyperGroup

from coterie.commands.bench import bench
from coterie.commands.check import check
from coterie.commands.evaluate import evaluate
from coterie.commands.play import play
from coterie.commands.replay import replay
from coterie.commands.reports import compare, measure, report
from coterie.commands.serve import serve
from coterie.commands.train import train
from coterie.commands.worlds import list_worlds

FILES = (FileExistsError, FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)
"""What is wrong with a place that was named; the message has the path."""


class _Group(TyperGroup):
    """Commands whose expected errors are one red line and exit code 2."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Runs a command; a file that cannot be read or written is expected too, and its error names it."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from coterie.core import CoterieError

            if not isinstance(error, (CoterieError, *FILES)):
                raise
            from rich.console import Console
            from rich.text import Text

            from coterie.agents.terminal import printable

            Console(stderr=True).print(Text(f"error: {printable(str(error))}", "red"), soft_wrap=True)
            raise typer.Exit(2) from error


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="""Train and measure teams of language-model agents in simulated worlds.

    A first look: **coterie list** names the worlds, **coterie play lookout** shows one episode between experts,
    **coterie play lookout --seat courier=human** seats you, **coterie evaluate lookout --seat courier=random**
    measures a team, **coterie train first_words** teaches one. **coterie COMMAND --help** has more examples.
    """,
)
app.command("list")(list_worlds)
app.command("play")(play)
app.command("evaluate")(evaluate)
app.command("train")(train)
app.command("replay")(replay)
app.command("serve")(serve)
app.command("report")(report)
app.command("compare")(compare)
app.command("measure")(measure)
app.command("check")(check)
app.command("bench")(bench)


def main() -> None:
    """Runs the command line."""
    app()
