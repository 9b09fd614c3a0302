"""`coterie serve`: a team behind an OpenAI-compatible endpoint."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coterie.commands.play import SEATS, SETTINGS, WORLD

if TYPE_CHECKING:
    from coterie.core import Environment, Mind, Observation

TOKEN = "COTERIE_SERVE_TOKEN"
"""The environment variable that holds the token; on a command line everybody on the machine could read it."""


def serve(
    world: WORLD,
    seat: SEATS = None,
    team: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A folder with one saved model a seat, such as RUN/models/reinforcement."),
    ] = None,
    settings: SETTINGS = None,
    host: Annotated[str, typer.Option(help="Where to listen; anything but loopback demands a token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    at_once: Annotated[int, typer.Option(min=1, help="Most answers in the making at the same time.")] = 32,
    timeout_s: Annotated[float, typer.Option(min=0.1, help="Longest time for one answer, in seconds.")] = 120.0,
) -> None:
    """Serves every seat of a team as a model of an OpenAI-compatible endpoint, so that any chat client can talk to it.

    A model is called like its seat. What you write is what the agent perceives, what it wrote before is its own past;
    a message that holds an observation as JSON is acted on as in an episode. http://127.0.0.1:8000/v1/models shows of
    every seat which words it understands and an example. On loopback nobody is asked for a token; anywhere else it is
    read from the environment variable COTERIE_SERVE_TOKEN and callers must show it. Ctrl-C ends it.

    Try:

    coterie serve lookout --team runs/first_words/team-0/models/reinforcement

    coterie serve lookout --seat courier=runs/first_words/team-0/models/reinforcement/courier@0 --port 0

    coterie play lookout --seat courier=http://127.0.0.1:8000/v1#courier@observations
    """
    import os

    from coterie.adapters.openai_server import ServedSeat, ServerSettings, open_address
    from coterie.adapters.openai_server import serve as run
    from coterie.agents import Human
    from coterie.agents.terminal import STANDARD
    from coterie.commands.arguments import find_own_worlds, read_minds, read_settings
    from coterie.core import ConfigError
    from coterie.environments import make

    find_own_worlds(world)
    options = read_settings(settings or ())
    environment = make(world, **options)
    minds = read_minds([*_of_team(team, environment), *(seat or ())], world, environment)
    if people := [name for name, mind in minds.items() if isinstance(mind, Human)]:
        raise ConfigError(f"found a person at seat {people[0]}, expected somebody who can answer many at once")
    token = os.environ.get(TOKEN, "").strip()
    address = open_address(host, port, token)
    served = {name: ServedSeat(name, mind, lambda: make(world, **options)) for name, mind in minds.items()}
    described = {name: _described(each, environment.id or world) for name, each in served.items()}

    def ready() -> None:
        STANDARD.say(f"{environment.id or world} on {address.url}{', token asked for' if token else ''}", "bold green")
        for name in served:
            STANDARD.say(f"  model {name}: {minds[name].name}, understands {described[name]['understands']}")
        STANDARD.say("Ctrl-C ends it", "dim")

    run(address, served, described, ServerSettings(token=token, at_once=at_once, timeout_s=timeout_s), ready)
    STANDARD.say("stopped", "dim")


def _of_team(team: Path | None, environment: "Environment") -> list[str]:
    """`SEAT=FOLDER` for every seat that has a model in a team's folder."""
    from coterie.core import ConfigError

    if team is None:
        return []
    found = [f"{seat}={team / seat}" for seat in environment.agents if (team / seat).is_dir()]
    if not found:
        raise ConfigError(f"found no model in {team}, expected a folder called {' or '.join(environment.agents)} there")
    return found


def _described(seat: Any, world: str) -> dict[str, Any]:
    """What the list of models says of a seat: who it is, what it understands, and an example to send."""
    from coterie.agents import Language
    from coterie.policies.observation_codec import ObservationCodec

    seen = _first_seen(seat)
    mind: Mind = seat.mind
    told: dict[str, Any] = {"world": world, "seat": seat.seat, "mind": mind.name}
    told["understands"] = {
        "compact": "the words of its training, or observations",
        "chat": "any words, or observations",
        "observations": "observations only",
    }[seat.kind]
    if seen is not None:
        (observation, _) = ObservationCodec().parts(seen)[0]
        words = mind.codec.parts(seen)[0][0][-1].content if isinstance(mind, Language) else None
        told |= {"example": words or observation[0].content, "example_observation": observation[0].content}
    return told


def _first_seen(seat: Any) -> "Observation | None":
    """What the seat sees first in some episode of experts, or of anybody where the world has no experts."""
    import asyncio

    from coterie.agents import Expert, Random
    from coterie.rollout.play import play_episode

    for mind in (Expert(), Random()):
        for seed in range(10):
            world: Environment = seat.make()
            episode = asyncio.run(play_episode(world, dict.fromkeys(world.agents, mind), seed, max_steps=50))
            if turns := episode.turns_of(seat.seat):
                observation: Observation = turns[0].observation
                return observation
    return None
