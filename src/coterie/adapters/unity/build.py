"""A Unity build or editor on the line: starts it, keeps it, plays one episode at a time on it."""

import weakref
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from coterie.adapters.unity.channels import Engine, Post, parameter
from coterie.adapters.unity.line import Line
from coterie.adapters.unity.program import GOODBYE_S, Program
from coterie.adapters.unity.protocol import Answer, Behaviour, Order, Report
from coterie.adapters.unity.words import Hosted
from coterie.core import WorldError

if TYPE_CHECKING:
    from coterie.adapters.unity.world import UnityWorld

EDITOR_PORT = 5004
"""Where an editor dials in when its Play button is pressed."""


class UnityBuild:
    """One running Unity build, or the editor: it plays one episode at a time, for `gather` with `at_once=1`.

    A build that dies, hangs or answers nonsense fails the episode it was in; the next episode starts it anew.
    """

    def __init__(
        self,
        command: Sequence[str] = (),
        *,
        port: int | None = None,
        seed: int = 0,
        connect_s: float = 60.0,
        answer_s: float = 60.0,
        parameters: Mapping[str, float] | None = None,
        engine: Engine | None = None,
    ) -> None:
        """Starts to listen; the program is started when the first episode needs it.

        Args:
            command: the build and its arguments, such as `["Soccer.x86_64", "-nographics", "-batchmode"]`; its port is
                added. Empty: whoever dials in, the editor for example.
            port: None takes the editor's for whoever dials in, and any free one for a command.
            seed: what the build's own luck comes from, told once when it dials in.
            connect_s: longest time until it dials in.
            answer_s: longest time for one step.
            parameters: environment parameters, told after the greeting.
            engine: how the engine runs, told after the greeting.

        Raises:
            ConfigError: the port is in use.
        """
        self._command, self._seed = tuple(command), seed
        self._connect_s, self._answer_s = connect_s, answer_s
        self._line = Line((0 if command else EDITOR_PORT) if port is None else port)
        self._first = (engine or Engine()).posts()
        self._first += tuple(parameter(name, value) for name, value in (parameters or {}).items())
        self._program: Program | None = None
        self._waiting: tuple[Post, ...] = ()
        self._player: weakref.ref[UnityWorld] | None = None
        self.behaviours: dict[str, Behaviour] = {}
        """What its agents can do, by behaviour, as far as it has told."""
        self.met: Hosted | None = None
        """Who is there, once a world has looked."""

    @property
    def port(self) -> int:
        """Where it listens on this machine."""
        return self._line.port

    def post(self, *posts: Post) -> None:
        """Sends messages on side channels with the next step."""
        self._waiting += posts

    def reset(self, world: "UnityWorld", posts: tuple[Post, ...] = ()) -> Report:
        """Begins an episode for a world, after connecting where there is no connection.

        Raises:
            WorldError: another world is in the middle of an episode, or the build does not do its part.
        """
        player = self._player() if self._player else None
        if player is not None and player is not world and player.playing:
            raise WorldError("this build is playing another episode; a build plays one at a time: gather(at_once=1)")
        self._player = weakref.ref(world)
        if self._program is None:
            self._connect()
        return self._exchange(Order(command="RESET", posts=self._take_posts() + posts))

    def step(self, answers: Mapping[str, tuple[Answer, ...]], posts: tuple[Post, ...] = ()) -> Report:
        """Makes a step.

        Raises:
            WorldError: the build does not do its part; the session is over then.
        """
        return self._exchange(Order(answers=answers, posts=self._take_posts() + posts))

    def close(self) -> None:
        """Tells the build to stop, waits for it, and stops listening."""
        self._disconnect(wait_s=GOODBYE_S)
        self._line.close()

    def _connect(self) -> None:
        self.behaviours = {}
        command = (*self._command, "--mlagents-port", str(self.port)) if self._command else ()
        self._program = Program(command)
        try:
            self._line.greet(self._seed, self._connect_s, self._program)
        except BaseException:
            self._disconnect()
            raise
        self._waiting = self._first + self._waiting

    def _disconnect(self, wait_s: float = 0.0) -> None:
        """Ends the session; a program that has not ended by itself after `wait_s` is made to."""
        self._line.hang_up()
        if self._program is not None:
            self._program.stop(wait_s)
            self._program = None

    def _exchange(self, order: Order) -> Report:
        if self._program is None:
            raise WorldError("the connection to the Unity build was lost; reset makes a new one")
        try:
            report = self._line.exchange(order, self._answer_s, self._program)
            self.behaviours.update({each.name: each for each in report.behaviours})
            if unknown := [name for name in report.infos if name not in self.behaviours]:
                raise WorldError(f"agents of the behaviours {unknown}, which the build has not described")
        except BaseException:
            self._disconnect()
            raise
        return report

    def lose(self) -> None:
        """Ends the session after nonsense that showed only later; the next episode makes a new one."""
        self._disconnect()

    def _take_posts(self) -> tuple[Post, ...]:
        posts, self._waiting = self._waiting, ()
        return posts

    def __enter__(self) -> "UnityBuild":
        """Returns itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops it."""
        self.close()
