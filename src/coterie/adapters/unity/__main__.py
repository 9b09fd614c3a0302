"""Serves a world from the command line, as a Unity build is started: `python -m coterie.adapters.unity lookout size=4`.

ML-Agents starts a build with `--mlagents-port PORT` and flags of the engine, which are accepted here and mean nothing.
"""

import argparse
import json
from typing import Any

from coterie.adapters.unity import EDITOR_PORT, serve


def main() -> None:
    """Reads the command line and serves until told to stop."""
    parser = argparse.ArgumentParser(prog="coterie.adapters.unity", description="Serves a world as a Unity peer.")
    parser.add_argument("world", help="its name")
    parser.add_argument("options", nargs="*", help="its settings, such as size=4")
    parser.add_argument("--port", "--mlagents-port", type=int, default=EDITOR_PORT, help="where Python's side listens")
    parser.add_argument("--seat", action="append", default=[], help="NAME=MIND: somebody in a seat")
    parser.add_argument("--behaviour", action="append", default=[], help="SEAT=NAME, such as cross=Player?team=0")
    parser.add_argument("--group", action="append", default=[], help="SEAT=NUMBER: the team of a seat")
    parser.add_argument("--phrase", action="append", default=[], help="SEAT=WORDS: what a seat may say by number")
    parser.add_argument("-nographics", "-batchmode", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("-logFile", "-logfile", help=argparse.SUPPRESS)
    given, _ = parser.parse_known_intermixed_args()
    phrases: dict[str, list[str]] = {}
    for seat, said in map(_pair, given.phrase):
        phrases.setdefault(seat, []).append(said)
    serve(
        given.world,
        port=given.port,
        options={name: _value(text) for name, text in map(_pair, given.options)},
        minds=dict(map(_pair, given.seat)),
        behaviours=dict(map(_pair, given.behaviour)),
        groups={seat: int(number) for seat, number in map(_pair, given.group)},
        phrases=phrases,
    )


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


if __name__ == "__main__":
    main()
