"""`coterie play`: one episode, watched or played along."""

from typing import Annotated

import typer

SEATS = Annotated[
    list[str] | None,
    typer.Option(
        "--seat",
        metavar="NAME=WHO",
        help="Who sits where: random, expert, human, the folder of a saved model (FOLDER@0 decodes greedily), or a "
        "chat endpoint with its model (http://host:port/v1#model). Repeat it; seats not named get the world's expert.",
    ),
]
SETTINGS = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="OPTION=VALUE", help="Changes an option of the world; see: coterie list."),
]
SPEECH = Annotated[str, typer.Option(metavar="CHANNEL", help="What speech passes through: open, mute or noise:RATE.")]
WORLD = Annotated[str, typer.Argument(metavar="ID", help="The name of a world, or module:Class of your own.")]


def play(
    world: WORLD,
    seat: SEATS = None,
    seed: Annotated[int, typer.Option(help="Which episode; the same seed gives the same one.")] = 0,
    settings: SETTINGS = None,
    channel: SPEECH = "open",
    out: Annotated[str | None, typer.Option(metavar="FILE", help="Record the episode in this file.")] = None,
) -> None:
    """Plays one episode and prints it as it goes.

    With a person at a seat only that seat's view is printed. The key of a chat endpoint is read from the environment
    variable COTERIE_API_KEY.

    Try:

    coterie play lookout

    coterie play lookout --seat courier=human --set size=4 --seed 7

    coterie play lookout --seat courier=http://127.0.0.1:8000/v1#qwen --out games/first
    """
    from coterie.agents import Human
    from coterie.agents.terminal import STANDARD
    from coterie.commands.arguments import find_own_worlds, read_channel, read_minds, read_settings, record_path
    from coterie.commands.watching import Watched, tell_outcome, tell_usage
    from coterie.core import Mind
    from coterie.environments import make
    from coterie.rollout import gather, write_episodes

    find_own_worlds(world)
    options, speech = read_settings(settings or ()), read_channel(channel)
    minds = read_minds(seat or (), world, make(world, **options))
    path = record_path(out) if out else None
    seated: dict[str, Mind] = dict(minds)
    if not any(isinstance(mind, Human) for mind in minds.values()):
        seated = {name: Watched(mind, STANDARD) for name, mind in minds.items()}
    (episode,) = gather(world, seated, [seed], options=options, channel=speech, labels={"channel": channel})
    tell_outcome(episode, STANDARD)
    tell_usage(minds, STANDARD)
    if path is not None:
        write_episodes(path, [episode])
        STANDARD.say(f"recorded in {path}", "green")
    else:
        STANDARD.say("not recorded; --out FILE keeps an episode", "dim")
    if episode.failure is not None:
        raise typer.Exit(1)
