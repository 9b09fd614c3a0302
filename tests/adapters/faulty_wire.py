"""A wire with a fault: passes on what two programs say to each other on TCP, until something happens to it.

What happens, happens when `after` bytes have come from the side that dialled in (or, `backwards`, from the other):
`cut` ends both connections, `hang` passes on nothing more, `delay` stops for a while, `garbage` sends other bytes in
place of those that came, `half` passes on half of what came and then ends both.
"""

import contextlib
import os
import socket
import threading
import time

DELAY_S = 0.5


class FaultyWire:
    """Listens on `port`; everything goes to `target`."""

    def __init__(self, target, fault, after, backwards=False):
        self.target, self.fault, self.after, self.backwards = target, fault, after, backwards
        self.happened = threading.Event()
        self.open = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self.listener.accept()
                called = socket.create_connection(("127.0.0.1", self.target))
                self.open += [caller, called]
                for source, sink, back in ((caller, called, False), (called, caller, True)):
                    threading.Thread(target=self.carry, args=(source, sink, back), daemon=True).start()

    def carry(self, source, sink, back):
        carried = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                carried += len(data)
                if back == self.backwards and carried > self.after and self.fault:
                    data = self.fail(data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def fail(self, data):
        """What goes on in place of `data`; raises OSError when nothing does."""
        first = not self.happened.is_set()
        self.happened.set()
        if self.fault == "delay":
            time.sleep(DELAY_S if first else 0.0)
            return data
        if self.fault == "garbage":
            return os.urandom(len(data))
        if self.fault == "half" and first:
            self.open[-1 if not self.backwards else -2].sendall(data[: len(data) // 2])
        if self.fault in ("cut", "half"):
            self.close()
        raise OSError(f"{self.fault} on the wire")

    def close(self):
        self.listener.close()
        for each in self.open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
