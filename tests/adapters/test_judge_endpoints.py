"""Judges behind a chat endpoint: another process, asked over HTTP by `coterie measure`."""

import json
import sys

from processes import process
from typer.testing import CliRunner

from coterie.agents import Expert, Random
from coterie.cli import app
from coterie.rollout import gather, write_episodes

SERVER = """
import json, re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = "".join(str(each["content"]) for each in body["messages"])
        offered = re.search(r"Move: one of: (.+)", text).group(1).split(", ")
        deceived = "listener does" in text and "speaker says" in text and len(text) % 3 == 0
        answers = {"strict": "no" if deceived else "yes", "mild": "yes", "first": offered[0], "mumbling": "perhaps"}
        message = {"role": "assistant", "content": json.dumps({"move": answers[body["model"]]})}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        told = json.dumps({"choices": [choice], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_address[1]}/v1", flush=True)
server.serve_forever()
"""


def test_judges_in_another_process_are_asked_by_rubric_and_told_apart(tmp_path):
    record = tmp_path / "games.jsonl.zst"
    write_episodes(record, gather("reference_game", {"speaker": Expert(), "listener": Random()}, range(30)))
    with process(sys.executable, "-c", SERVER) as served:
        words = ["measure", str(record), "--metrics", "success", "--rubric", "truthfulness", "--format", "json"]
        for model in ("strict", "mild", "first", "mumbling"):
            words += ["--judge", f"{served.url}#{model}"]
        result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    report, opinions = json.loads(result.stdout)
    assert list(report["measures"]) == ["success"]
    said = {name: each.get("value") for name, each in opinions["measures"].items()}
    assert 0 < said["no, strict"] < 1
    assert said["yes, mild"] == 1
    assert said["swayed by the order, first"] == said["no answer, mumbling"] == 1
    assert said["swayed by the order, strict"] == said["no answer, strict"] == 0
    assert said["yes, mumbling"] is None
    assert opinions["measures"]["agreement of judges"]["count"] == 30
    assert opinions["verdicts"] == {"the judges agree (alpha of at least 0.8)": False}


def test_a_judge_that_is_not_there_ends_the_command_with_the_reason(tmp_path):
    record = tmp_path / "games.jsonl.zst"
    write_episodes(record, gather("reference_game", {"speaker": Expert(), "listener": Expert()}, range(2)))
    with process(sys.executable, "-c", SERVER) as served:
        gone = served.url
    words = ["measure", str(record), "--rubric", "politeness", "--judge", f"{gone}#mild"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code not in (0, None)
    assert "could be asked nothing" in " ".join(result.output.replace("│", " ").split())
