"""`coterie replay`: watching a recorded episode again."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from coterie.core import Episode


def replay(
    record: Annotated[Path, typer.Argument(metavar="EPISODE", help="A record file, or a folder with one.")],
    seed: Annotated[int | None, typer.Option(help="The first episode of this seed.")] = None,
    index: Annotated[int | None, typer.Option(help="The episode at this place in the record, from 0.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write the page; otherwise beside the record.")
    ] = None,
    channel: Annotated[
        str | None,
        typer.Option(metavar="CHANNEL", help="What speech passed through, where the record does not tell."),
    ] = None,
    world: Annotated[
        str | None, typer.Option(metavar="MODULE:CLASS", help="Where a world of your own is, if it is not registered.")
    ] = None,
    gif: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw an animated GIF too, of a virtual world.")
    ] = None,
    mp4: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw an MP4 film too; needs ffmpeg or the extra video.")
    ] = None,
    eyes: Annotated[
        str | None, typer.Option(metavar="SEAT", help="Through whose eyes films look; otherwise from above.")
    ] = None,
) -> None:
    """Writes a page that shows an episode again, in one file that needs no network.

    Open the page in any browser: move in time, read what everybody saw, heard, said and was paid. A virtual world is
    played again from its record and shown in three dimensions, from any side or through an agent's eyes; a world of
    words as a transcript with its boards and maps.

    Try:

    coterie play WORLD --out games/first

    coterie replay games/first.jsonl.zst

    coterie replay games/first.jsonl.zst --gif first.gif
    """
    from coterie.agents.terminal import STANDARD
    from coterie.commands.arguments import find_own_worlds, read_channel
    from coterie.core import ConfigError
    from coterie.evaluation.replay import play_again, write_replay
    from coterie.rollout import read_episodes

    try:
        episode = _chosen(read_episodes(record), seed, index)
    except FileNotFoundError as error:
        raise ConfigError(str(error)) from error
    find_own_worlds(world or episode.environment)
    speech = read_channel(channel or episode.labels.get("channel", "open"))
    played = play_again(episode, speech, world)
    name = record.name.removesuffix(".zst").removesuffix(".jsonl")
    path = write_replay(played, out or record.parent / f"{name}-seed-{episode.seed}.html")
    STANDARD.say(f"The replay: {path}", "green")
    if gif is not None or mp4 is not None:
        from coterie.evaluation.replay.films import write_films

        write_films(played, gif, mp4, eyes)
        for film in (gif, mp4):
            if film is not None:
                STANDARD.say(f"The film: {film}", "green")


def _chosen(episodes: "Iterator[Episode]", seed: int | None, index: int | None) -> "Episode":
    """The first episode that is meant."""
    from coterie.core import ConfigError

    count = 0
    for number, episode in enumerate(episodes):
        count += 1
        if index in (None, number) and seed in (None, episode.seed):
            return episode
    wanted = [f"{name} {value}" for name, value in (("seed", seed), ("index", index)) if value is not None]
    raise ConfigError(f"found {count} episodes, none with {' and '.join(wanted) or 'anything in it'}")
