"""Logs of other libraries, as those libraries wrote them (tests/data/foreign), read as Episodes.

`inspect.json` is a log of inspect-ai 0.3.285 with a mock model, shortened to what is read; `verifiers.jsonl`
was written by the classes of verifiers 0.4.0; `textarena.jsonl` holds two games of TextArena 0.7.4.
"""

import json
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
import zstandard
from typer.testing import CliRunner

from coterie.cli import app
from coterie.core import RecordError, decode_episode, encode_episode
from coterie.evaluation import compare, measure
from coterie.evaluation.foreign import read_log
from coterie.rollout import read_episodes

LOGS = Path(__file__).parents[1] / "data" / "foreign"


def zipped(path, members, method):
    """A zip file whose members are compressed as Inspect's are (93 is Zstandard, which Python's writer lacks)."""
    content, directory = b"", b""
    for name, data in members.items():
        packed = zstandard.ZstdCompressor().compress(data) if method == 93 else data
        common = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 0, zlib.crc32(data), len(packed), len(data), len(name), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, len(content))
        directory += name.encode()
        content += b"PK\x03\x04" + common + name.encode() + packed
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(content), 0)
    path.write_bytes(content + directory + b"PK\x05\x06" + end)


def test_an_inspect_log_becomes_episodes_whose_epochs_are_tries_at_one_seed():
    episodes = list(read_log(LOGS / "inspect.json"))
    assert [(each.labels["sample"], each.repeat, each.outcome["success"]) for each in episodes] == [
        ("s0", 0, True),
        ("s1", 0, False),
        ("s0", 1, True),
        ("s1", 1, True),
    ]
    assert episodes[0].seed == episodes[2].seed != episodes[1].seed
    first = episodes[0].turns[0]
    assert (first.observation.text, first.action.move, first.samples[0].policy) == (
        "say yes 0",
        "I say yes",
        "mockllm/model",
    )
    report = measure(episodes, ["success", "played"])
    assert report.measures["success"].value == 0.75
    assert report.repeats == 2


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, 93])
def test_the_zip_form_of_inspect_is_read_as_its_json_form(tmp_path, method):
    log = json.loads((LOGS / "inspect.json").read_text())
    samples = {f"samples/{each['id']}_epoch_{each['epoch']}.json": json.dumps(each).encode() for each in log["samples"]}
    header = {name: value for name, value in log.items() if name != "samples"}
    zipped(tmp_path / "a.eval", {**samples, "header.json": json.dumps(header).encode()}, method)
    assert zipfile.ZipFile(tmp_path / "a.eval").namelist()[-1] == "header.json"
    both = (read_log(tmp_path / "a.eval"), read_log(LOGS / "inspect.json"))
    one, other = (sorted(each, key=lambda episode: (episode.labels["sample"], episode.repeat)) for each in both)
    assert one == other


def test_errors_and_limits_of_inspect_are_failures_and_interruptions(tmp_path):
    log = json.loads((LOGS / "inspect.json").read_text())
    log["samples"][0]["error"] = {"message": "no answer", "traceback": "..."}
    log["samples"][1]["limit"] = {"type": "token", "limit": 10}
    (tmp_path / "a.json").write_text(json.dumps(log))
    failed, limited, *_ = read_log(tmp_path / "a.json")
    assert failed.failure.error == "no answer"
    assert limited.endings["assistant"].kind == "truncated"


REAL = """
import sys
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.log import write_eval_log
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import includes
from inspect_ai.solver import generate, user_message

said = ["no", "I say yes", "no", "no"]
usages = [ModelUsage(input_tokens=10 + i, output_tokens=3 + i, total_tokens=13 + 2 * i) for i in range(4)]
usages[1].input_tokens_cache_read, usages[1].input_tokens_cache_write = 100, 20
outputs = [ModelOutput.from_content("mockllm/model", text) for text in said]
for output, usage in zip(outputs, usages):
    output.usage = usage
task = Task(
    dataset=[Sample(id=name, input=f"say yes, {name}", target="yes") for name in ("s0", "s1")],
    solver=[generate(), user_message("again"), generate()],
    scorer=includes(),
)
model = get_model("mockllm/model", custom_outputs=outputs)
(log,) = eval(task, model=model, log_dir=sys.argv[1], display="none", max_samples=1)
write_eval_log(log, sys.argv[1] + "/log.eval")
write_eval_log(log, sys.argv[1] + "/log.json")
"""


def test_a_log_that_inspect_itself_writes_is_read_in_both_forms_with_its_tokens(tmp_path):
    told = subprocess.run([sys.executable, "-c", REAL, str(tmp_path)], capture_output=True, text=True, timeout=300)
    assert told.returncode == 0, told.stderr
    episodes = list(read_log(tmp_path / "log.eval"))
    assert episodes == list(read_log(tmp_path / "log.json"))
    assert [each.outcome["success"] for each in episodes] == [True, False]
    samples = [turn.samples[0] for each in episodes for turn in each.turns]
    assert [(each.prompt_tokens, each.completion_tokens) for each in samples] == [(10, 3), (131, 4), (12, 5), (13, 6)]
    report = measure(episodes, ["tokens_per_success"])
    assert report.measures["tokens_per_success"].value == 10 + 3 + 131 + 4 + 12 + 5 + 13 + 6


def test_what_a_call_of_the_model_does_not_count_is_not_free(tmp_path):
    log = json.loads((LOGS / "inspect.json").read_text())
    log["samples"][0]["events"] = [{"event": "model", "output": {"choices": [], "usage": {"output_tokens": 5}}}]
    (tmp_path / "a.json").write_text(json.dumps(log))
    assert next(iter(read_log(tmp_path / "a.json"))).turns[0].samples[0].completion_tokens is None
    assert measure(read_log(tmp_path / "a.json"), ["tokens_per_success"]).measures["tokens_per_success"].missing


def test_traces_of_all_agents_become_one_episode_in_the_order_of_time():
    (episode,) = read_log(LOGS / "verifiers.jsonl", solved_at=1.0)
    assert [(turn.agent, turn.action.move) for turn in episode.turns] == [
        ("alice", "bet"),
        ("bob", "call"),
        ("alice", "show"),
    ]
    assert [turn.step for turn in episode.turns] == [0, 1, 2]
    assert episode.turns[1].observation.text == "you hold a jack, alice bet"
    assert episode.turns[0].samples[0].token_ids == (8, 9)
    assert episode.totals == {"alice": 2.0, "bob": 0.0}
    assert (episode.seats["alice"].trainable, episode.seats["bob"].trainable) == (True, False)
    assert episode.outcome == {"score": 1.0, "success": True}
    (untold,) = read_log(LOGS / "verifiers.jsonl")
    assert "success" not in untold.outcome


def test_games_of_textarena_tell_winners_forfeits_and_invalid_moves():
    won, lost = read_log(LOGS / "textarena.jsonl")
    assert won.outcome == {"winner": "Player 1", "steps": 8}
    assert won.totals == {"Player 0": -1.0, "Player 1": 1.0}
    assert won.seats["Player 1"].mind == "loose"
    assert [len(turn.rejections) for turn in lost.turns] == [1, 1]
    report = measure([won, lost], ["played", "invalid_actions", "mean_return"])
    assert report.measures["played"].value == 0.5
    assert report.measures["invalid_actions"].value == 0.2


@pytest.mark.parametrize("name", ["inspect.json", "verifiers.jsonl", "textarena.jsonl"])
def test_foreign_episodes_are_records_like_ours(name, tmp_path):
    episodes = list(read_log(LOGS / name))
    assert [decode_episode(encode_episode(each)) for each in episodes] == episodes
    out = tmp_path / "a.jsonl.zst"
    result = CliRunner().invoke(app, ["measure", str(LOGS / name), "--out", str(out), "--metrics", "played"])
    assert result.exit_code == 0, result.output
    assert "played" in result.stdout
    assert list(read_log(out)) == episodes
    assert compare(out, out, metrics=["episode_length"]).differences["episode_length"].change.value == 0


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("a.json", b"{", "expected JSON"),
        ("a.json", b"{}", "expected an Inspect log"),
        ("a.eval", b"nothing", "expected an Inspect log"),
        ("a.jsonl", b'{"traces": 3}\n', "line 1"),
        ("a.jsonl", b'{"logs": [], "rewards": {}}\n', "line 1"),
        ("a.txt", b"", "expected a record"),
    ],
)
def test_what_is_no_log_is_refused_with_its_place(tmp_path, name, content, part):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RecordError, match=part):
        list(read_log(tmp_path / name))


@pytest.mark.parametrize("name", ["verifiers.jsonl", "textarena.jsonl"])
def test_damaged_lines_are_left_out_when_asked_and_each_is_told(name, tmp_path):
    lines = (LOGS / name).read_bytes().splitlines()
    log, out = tmp_path / name, tmp_path / "a.jsonl.zst"
    log.write_bytes(b"\n".join([lines[0][:50], *lines, b'{"logs": 3}']) + b"\n")
    whole = list(read_log(LOGS / name))
    refused = CliRunner().invoke(app, ["measure", str(log), "--metrics", "played"])
    assert refused.exit_code == 2
    assert f"{name}, line 1: " in "".join(refused.stderr.splitlines())
    assert "--skip-damaged" in refused.stderr
    words = ["measure", str(log), "--metrics", "played", "--skip-damaged", "--out", str(out)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    told = [line for line in result.stderr.splitlines() if line.startswith("left out: ")]
    assert ["line 1: " in told[0], f"line {len(lines) + 2}: " in told[1], len(told)] == [True, True, 2]
    assert list(read_episodes(out)) == whole
