"""The line to a Unity build or editor: Python listens on this machine, Unity dials in and asks what to do.

Unity's call is open while Python thinks, Python waits while Unity computes; the second has a time limit everywhere.
Only this machine can dial in: the protocol knows no passwords.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, InvalidStateError
from dataclasses import dataclass, field
from typing import Any

import grpc  # type: ignore[import-untyped]

from coterie.adapters.unity.codec import read_report, write_order
from coterie.adapters.unity.program import GOODBYE_S, Program
from coterie.adapters.unity.protocol import Hello, Order, Report
from coterie.adapters.unity.wire import NAME, SERVICE, VERSION
from coterie.core import ConfigError, WorldError

MOST_BYTES = 256 * 1024 * 1024
"""The longest message."""
GLANCE_S = 0.1
"""How often a waiting side looks whether the other is still there."""
GOODBYE = write_order(Order(over=True))


@dataclass(frozen=True, slots=True)
class _Call:
    """One open call of a peer."""

    request: bytes
    peer: str
    answer: "Future[bytes]" = field(default_factory=Future)

    def send(self, reply: bytes) -> bool:
        """Answers; False when nobody waits for the answer any more."""
        try:
            self.answer.set_result(reply)
        except InvalidStateError:
            return False
        return True


class _Daemons(Executor):
    """A thread for every call, for which an interpreter that ends does not wait, as it would for those of a pool."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> "Future[Any]":
        """Runs it."""
        done: Future[Any] = Future()

        def run() -> None:
            try:
                done.set_result(work(*given, **named))
            except BaseException as error:
                done.set_exception(error)

        threading.Thread(target=run, name="coterie-unity", daemon=True).start()
        return done


class Line:
    """Where one Unity peer at a time dials in."""

    def __init__(self, port: int = 0) -> None:
        """Starts to listen.

        Args:
            port: 0 takes any free one.

        Raises:
            ConfigError: the port is in use.
        """
        self._closed = threading.Event()
        self._newcomers: queue.Queue[_Call] = queue.Queue()
        self._arrived: queue.Queue[_Call] = queue.Queue()
        self._peer: str | None = None
        self._open: _Call | None = None
        limits = [("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", MOST_BYTES)]
        limits.append(("grpc.max_send_message_length", MOST_BYTES))
        self._server = grpc.server(_Daemons(), options=limits)
        # Requests stay bytes here, so that what cannot be read is an error of the episode and not of the library.
        handler = grpc.unary_unary_rpc_method_handler(self._exchange)
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {NAME: handler}),))
        try:
            self.port: int = self._server.add_insecure_port(f"127.0.0.1:{port}")
        except RuntimeError as error:
            raise ConfigError(f"port {port} is in use; close what listens there, or choose another") from error
        with contextlib.suppress(RuntimeError):  # where the machine has it: some peers try it first
            self._server.add_insecure_port(f"[::1]:{self.port}")
        self._server.start()

    def greet(self, seed: int, wait_s: float, program: Program) -> Hello:
        """Waits until a peer dials in, and exchanges greetings.

        Raises:
            WorldError: nobody came in time, or it speaks another version.
        """
        deadline = time.monotonic() + wait_s
        while True:
            call = self._take(self._newcomers, deadline, program, f"no Unity peer dialled in to port {self.port}")
            try:
                report = read_report(call.request)
            except WorldError:
                call.send(GOODBYE)
                raise
            if report.hello is not None:
                break
            call.send(GOODBYE)  # a late message of an earlier session
        hello = report.hello
        if hello.version.split(".")[0] != VERSION.split(".")[0]:
            call.send(GOODBYE)
            raise WorldError(f"{hello.name!r} speaks communication version {hello.version}, expected {VERSION}")
        self._arrived = queue.Queue()
        self._peer = call.peer
        call.send(write_order(Order(seed=seed)))
        # The second message says nothing; its answer will be the first order.
        self._open = self._take(self._arrived, deadline, program, f"{hello.name!r} greeted and said nothing more")
        return hello

    def exchange(self, order: Order, wait_s: float, program: Program) -> Report:
        """Sends an order and waits for what comes of it.

        Raises:
            WorldError: the peer hung up, says goodbye, answers too late or not understandably.
        """
        if self._open is None:
            raise WorldError("no Unity peer is on the line")
        call, self._open = self._open, None
        if not call.send(write_order(order)):
            raise WorldError("the Unity peer hung up")
        late = f"the Unity peer said nothing for {wait_s:g} s"
        self._open = self._take(self._arrived, time.monotonic() + wait_s, program, late)
        report = read_report(self._open.request)
        if report.over:
            raise WorldError("the Unity peer ended the session")
        return report

    def hang_up(self) -> None:
        """Ends the session; the line goes on listening."""
        self._peer = None
        if self._open is not None:
            self._open.send(GOODBYE)
            self._open = None
        self._drop(self._arrived)

    def close(self) -> None:
        """Stops listening."""
        self.hang_up()
        self._closed.set()
        self._drop(self._newcomers)
        self._server.stop(GLANCE_S).wait(GOODBYE_S)

    def _exchange(self, request: bytes, context: Any) -> bytes:
        """Serves one call of a peer: keeps it open until somebody answers it."""
        call = _Call(request, context.peer())
        if not context.add_callback(call.answer.cancel):
            return GOODBYE
        (self._arrived if call.peer == self._peer else self._newcomers).put(call)
        while not self._closed.is_set():
            with contextlib.suppress(TimeoutError):
                try:
                    return call.answer.result(GLANCE_S * 5)
                except CancelledError:
                    break
        return GOODBYE

    def _take(self, calls: "queue.Queue[_Call]", deadline: float, program: Program, late: str) -> _Call:
        while True:
            left = deadline - time.monotonic()
            try:
                call = calls.get(timeout=max(0.0, min(GLANCE_S, left)))
            except queue.Empty:
                program.check()
                if left <= 0:
                    raise WorldError(late) from None
                continue
            if not call.answer.done():
                return call
            if calls is self._arrived:
                raise WorldError("the Unity peer hung up")

    def _drop(self, calls: "queue.Queue[_Call]") -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                calls.get_nowait().send(GOODBYE)
