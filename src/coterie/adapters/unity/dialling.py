"""Unity's side of the line: dials in, tells its state, gets the next order; a build does it in C#, a peer in Python."""

import contextlib
import time
from collections.abc import Mapping
from types import TracebackType

import grpc  # type: ignore[import-untyped]

from coterie.adapters.unity.channels import Post
from coterie.adapters.unity.codec import read_order, write_report
from coterie.adapters.unity.line import MOST_BYTES
from coterie.adapters.unity.protocol import Behaviour, Hello, Info, Order, Report
from coterie.adapters.unity.wire import METHOD
from coterie.core import WorldError

PATIENCE_S = 3600.0
"""How long Python's side may take for an order where nobody says: a trainer updates its weights in between."""


class Dialled:
    """A session with Python's side, as a Unity build has it.

    After `Dialled(...)`, the first `order` says what to do; every `tell` gets the next one. An order that is `over` is
    the last.
    """

    def __init__(self, port: int, name: str = "coterie", connect_s: float = 60.0, answer_s: float = PATIENCE_S) -> None:
        """Dials in and exchanges greetings.

        Args:
            port: where Python listens on this machine.
            name: who this is.
            connect_s: longest time until somebody there has greeted.
            answer_s: longest time that Python's side may take for an order.

        Raises:
            WorldError: nobody listens there, or nobody greets, or the first order does not come.
        """
        deadline = time.monotonic() + connect_s
        limits = [("grpc.max_receive_message_length", MOST_BYTES), ("grpc.max_send_message_length", MOST_BYTES)]
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=limits)
        self._call = self._channel.unary_unary(METHOD)
        try:
            grpc.channel_ready_future(self._channel).result(connect_s)
        except grpc.FutureTimeoutError:
            self._channel.close()
            raise WorldError(f"nobody listens on port {port} of this machine") from None
        self._answer_s = max(0.0, deadline - time.monotonic())
        greeting = self._exchange(Report(hello=Hello(name=name, package="3.0.0")))
        self._answer_s = answer_s
        self.seed = greeting.seed or 0
        """What Python's side wants luck to come from."""
        self.order = greeting if greeting.over else self._exchange(Report())
        """What to do next."""
        self._told: set[str] = set()

    def tell(
        self,
        infos: Mapping[str, tuple[Info, ...]],
        behaviours: Mapping[str, Behaviour],
        posts: tuple[Post, ...] = (),
    ) -> Order:
        """Tells who asks for decisions and who is done, and waits for the next order.

        A behaviour is described with the first agent that has it, as the protocol wants.
        """
        new = tuple(behaviours[name] for name, listed in infos.items() if listed and name not in self._told)
        self._told.update(each.name for each in new)
        self.order = self._exchange(Report(infos=infos, behaviours=new, posts=posts))
        return self.order

    def _exchange(self, report: Report) -> Order:
        try:
            return read_order(self._call(write_report(report), timeout=self._answer_s))
        except grpc.RpcError as error:
            # Python's side is gone, which is how most sessions end: somebody stopped it.
            if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
                raise WorldError(f"Python's side gave no order for {self._answer_s:g} s") from error
            return Order(over=True)

    def close(self) -> None:
        """Says goodbye and hangs up."""
        if not self.order.over:
            with contextlib.suppress(grpc.RpcError):  # perhaps nobody is there to hear it
                self._call(write_report(Report(over=True)), timeout=1.0)
        self._channel.close()

    def __enter__(self) -> "Dialled":
        """Returns itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hangs up."""
        self.close()
