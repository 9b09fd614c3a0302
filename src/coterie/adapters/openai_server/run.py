"""Opening a port and serving on it: loopback without a token, anything else only with one."""

import contextlib
import ipaddress
import socket
from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from coterie.adapters.openai_server.app import ServerSettings, application
from coterie.adapters.openai_server.seats import ServedSeat
from coterie.core import ConfigError, Json

try:
    import uvicorn
except ImportError as error:
    raise ConfigError('coterie serve needs uvicorn; install it with: pip install "coterie[serve]"') from error

SHORTEST_TOKEN = 16
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Address(NamedTuple):
    """A port that is open, and how to call it."""

    socket: socket.socket
    host: str
    url: str
    loopback: bool


def open_address(host: str, port: int, token: str) -> Address:
    """Opens a port; 0 takes a free one.

    Raises:
        ConfigError: others could reach it and there is no token, or the port cannot be opened.
    """
    loopback = _is_loopback(host)
    if not loopback and len(token) < SHORTEST_TOKEN:
        found = f"a token of {len(token)} characters" if token else "no token"
        raise ConfigError(
            f"found {found} for {host}, which others can reach, expected one of at least {SHORTEST_TOKEN} characters "
            "in the environment variable COTERIE_SERVE_TOKEN; or stay on 127.0.0.1"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
    except (OSError, OverflowError) as error:
        opened.close()
        raise ConfigError(f"cannot listen on {host} port {port}: {error}; choose another with --port") from error
    shown = f"[{host}]" if family == socket.AF_INET6 else host
    return Address(opened, host, f"http://{shown}:{opened.getsockname()[1]}/v1", loopback)


def serve(
    address: Address,
    seats: Mapping[str, ServedSeat],
    described: Mapping[str, dict[str, Json]] | None = None,
    settings: ServerSettings | None = None,
    ready: Callable[[], None] | None = None,
) -> None:
    """Serves until the process is interrupted; answers in the making get a few seconds to end.

    Args:
        address: an open port.
        seats: by the names that callers use for them.
        described: what the list of models tells of each beside its name.
        settings: what is allowed.
        ready: called when requests are answered.
    """
    rules = settings or ServerSettings()
    if address.loopback and not rules.token:
        rules = msgspec.structs.replace(rules, hosts=tuple(dict.fromkeys((*LOOPBACK, address.host))))
    config = uvicorn.Config(
        application(seats, described, rules),
        log_level="warning",
        timeout_graceful_shutdown=3,
        server_header=False,
        lifespan="off",
    )
    server = _Server(config, ready)
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn has shut down, and passes the signal on
        server.run(sockets=[address.socket])


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None] | None) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.ready is not None:
            self.ready()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
