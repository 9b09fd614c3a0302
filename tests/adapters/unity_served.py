"""A Coterie world at the other end of the line."""

import contextlib
import threading

from coterie.adapters.unity import UnityBuild, serve
from coterie.core import (
    ConfigError,
    WorldError,
)


@contextlib.contextmanager
def served(id, options=None, failed=None, **settings):
    """A build that is a Coterie world."""
    with UnityBuild(port=0, connect_s=60.0, answer_s=30.0) as build:

        def run():
            try:
                serve(id, port=build.port, options=options, **settings)
            except (WorldError, ConfigError) as error:
                if failed is None:
                    raise
                failed.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield build
    thread.join(20.0)
    assert not thread.is_alive()
