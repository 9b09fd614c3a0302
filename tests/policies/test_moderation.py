"""A moderation endpoint as a judge, against a server in this process."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from coterie.core import Channel, Message
from coterie.core.guards import Moderate
from coterie.policies.moderation import moderation


@pytest.fixture
def server():
    """Flags texts with "fool", fails on texts with "crash", and counts the requests."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.server.asked.append((self.path, body, self.headers.get("Authorization")))
            flagged = "fool" in body["input"]
            answer = {"results": [{"flagged": flagged, "categories": {"harassment": flagged, "violence": False}}]}
            self.send_response(500 if "crash" in body["input"] else 200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_flagged_texts_are_stopped_and_the_same_text_is_asked_once(server, monkeypatch):
    monkeypatch.setenv("COTERIE_API_KEY", "k1")
    judge = moderation(f"http://127.0.0.1:{server.server_address[1]}/v1", "guard")
    assert [judge(text) for text in ("you fool", "hello", "you fool")] == ["harassment", None, "harassment"]
    assert server.asked[0] == ("/v1/moderations", {"input": "you fool", "model": "guard"}, "Bearer k1")
    assert len(server.asked) == 2


@pytest.mark.parametrize(("fail_open", "arrives"), [(False, False), (True, True)])
def test_a_server_that_fails_closes_the_line_unless_it_may_open(server, fail_open, arrives):
    part = Moderate(moderation(f"http://127.0.0.1:{server.server_address[1]}/v1"), fail_open)
    line = Channel((part,)).connect(0)
    assert (part.carry(Message("ann", "crash", ("bob",)), "bob", line) is not None) == arrives
