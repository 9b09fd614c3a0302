"""Reading what was typed after a command: seats, settings, channels, worlds."""

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coterie.core import Channel, Environment, Mind, Policy
    from coterie.metrics.tokens import Price

CHANNELS = "open, mute, or noise:RATE such as noise:0.3"


def read_settings(settings: Iterable[str]) -> dict[str, Any]:
    """Reads `option=value`, the value as JSON where it is that, else as text.

    >>> read_settings(["size=4", "maps=train", "word_cost=0.1"])
    {'size': 4, 'maps': 'train', 'word_cost': 0.1}
    """
    return {name: _value(text) for name, text in _pairs(settings, "--set option=value").items()}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _pairs(texts: Iterable[str], expected: str) -> dict[str, str]:
    from coterie.core import ConfigError

    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise ConfigError(f"found {text!r}, expected {expected}")
        if name.strip() in pairs:
            raise ConfigError(f"{name.strip()!r} is given twice; keep one {expected}")
        pairs[name.strip()] = value.strip()
    return pairs


def read_minds(
    seats: Iterable[str], world: str, environment: "Environment", policies: "dict[str, Policy] | None" = None
) -> dict[str, "Mind"]:
    """Reads `NAME=WHO` for every seat; `*=WHO` seats all others, and without it they get the world's expert.

    Args:
        seats: what was typed.
        world: the name of the world.
        environment: one instance of it.
        policies: those resolved before, to be shared.

    Raises:
        ConfigError: there is no such seat, or nobody is called so.
    """
    from coterie.core import ConfigError
    from coterie.evaluation.minds import resolve_mind

    named, policies = _pairs(seats, "--seat NAME=WHO"), {} if policies is None else policies
    everybody = named.pop("*", "expert")
    if strangers := [name for name in named if name not in environment.agents]:
        found, known = ", ".join(strangers), ", ".join(environment.agents)
        raise ConfigError(f"{environment.id} has no seat {found}; its seats are {known}")
    return {seat: resolve_mind(named.get(seat, everybody), seat, world, policies) for seat in environment.agents}


def read_teams(
    teams: Iterable[str], world: str, environment: "Environment", policies: "dict[str, Policy]"
) -> dict[str, dict[str, "Mind"]]:
    """Reads `NAME=WHO`, somebody for every seat of a team, or `NAME=SEAT=WHO,SEAT=WHO`.

    Raises:
        ConfigError: there is no such seat, or nobody is called so.
    """
    found = {}
    for name, who in _pairs(teams, "--team NAME=WHO").items():
        by_seat = who.partition("=")[0] in (*environment.agents, "*")
        found[name] = read_minds(who.split(",") if by_seat else [f"*={who}"], world, environment, policies)
    return found


def read_prices(prices: Iterable[str]) -> dict[str, "Price"]:
    """Reads `POLICY=READ,WRITTEN`, in USD for a million tokens each.

    >>> read_prices(["qwen=0.5,1.5"])
    {'qwen': Price(read_usd=0.5, written_usd=1.5)}

    Raises:
        ConfigError: it is not of that form.
    """
    from coterie.core import ConfigError
    from coterie.metrics.tokens import Price

    found = {}
    for policy, told in _pairs(prices, "--price POLICY=READ,WRITTEN").items():
        try:
            read, written = map(float, told.split(","))
        except ValueError as error:
            raise ConfigError(f"found the price {told!r} of {policy}, expected two numbers such as 0.5,1.5") from error
        if not (0 <= read < float("inf") and 0 <= written < float("inf")):
            raise ConfigError(f"found the price {told!r} of {policy}, expected two amounts of at least 0")
        found[policy] = Price(read, written)
    return found


def read_channel(text: str) -> "Channel | None":
    """Reads what speech passes through; None is a channel that changes nothing.

    >>> read_channel("noise:0.3").parts, read_channel("open")
    ((Noise(rate=0.3),), None)
    """
    from coterie.core import Channel, ConfigError, Mute, Noise

    kind, _, rate = text.partition(":")
    if text == "open":
        return None
    if text == "mute":
        return Channel((Mute(),))
    try:
        if kind == "noise" and 0 <= float(rate) <= 1:
            return Channel((Noise(float(rate)),))
    except ValueError:
        pass
    raise ConfigError(f"found the channel {text!r}, expected {CHANNELS}")


def find_own_worlds(world: str) -> None:
    """Lets `module:Class` be found in the folder the command was started in, as `python -m` would."""
    if ":" in world and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())


def record_path(out: str) -> Path:
    """The file a record goes to: with the ending that says what it is; never one that exists.

    >>> str(record_path("a/game")), str(record_path("game.jsonl"))
    ('a/game.jsonl.zst', 'game.jsonl')
    """
    from coterie.core import ConfigError

    path = Path(out if out.endswith((".jsonl", ".jsonl.zst")) else out + ".jsonl.zst")
    if path.exists():
        raise ConfigError(f"{path} exists; give another name, nothing is overwritten")
    return path
