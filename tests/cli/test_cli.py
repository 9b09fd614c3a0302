import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coterie.cli import app
from coterie.environments import environments, make
from coterie.evaluation import Report
from coterie.rollout import play, read_episodes

COTERIE = str(Path(sys.executable).with_name("coterie"))


def coterie(*words, code=0):
    """Runs a command in this process and returns what it printed on both streams."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.output


def test_the_command_line_runs_as_a_module_too():
    shown = subprocess.run([sys.executable, "-m", "coterie", "list", "lookout"], capture_output=True, text=True)
    assert (shown.returncode, shown.stdout) == (0, coterie("list", "lookout"))


def test_list_names_every_world_with_its_seats_and_options():
    worlds = {world["id"]: world for world in json.loads(coterie("list", "--json"))}
    assert sorted(worlds) == environments()
    lookout = worlds["lookout-v1"]
    assert lookout["seats"] == ["lookout", "courier"]
    assert lookout["options"] == make("lookout").options
    assert lookout["application"] == "cooperation"
    table = coterie("list")
    assert all(id in table for id in worlds)
    assert "success 1 % > 100 %" in table
    one = coterie("list", "lookout")
    assert "word_cost=0.0" in one
    assert "The lookout sees the whole map and cannot move." in one


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("do my agents bluff?", "kuhn_poker-v1"),
        ("can a code emerge", "reference_game-v1"),
        ("I want to play tic-tac-toe against a computer", "tic_tac_toe-v1"),
        ("who guides somebody who cannot see the map?", "lookout-v1"),
        ("compare with value iteration on an MDP", "finite_mdp-v1"),
    ],
)
def test_a_question_finds_its_world(question, expected):
    found = [line.split()[0] for line in coterie("list", "--for", question).splitlines() if line[:1].strip()]
    assert expected in found[:3]


def test_a_question_that_no_world_answers_is_told_so():
    assert "No world speaks of 'xylophone'" in coterie("list", "--for", "xylophone")


def test_a_world_that_cannot_be_made_does_not_hide_the_others(monkeypatch):
    monkeypatch.setitem(sys.modules["coterie.environments"].WORLDS, "broken-v1", "no_such_module:World")
    worlds = {world["id"]: world for world in json.loads(coterie("list", "--json"))}
    assert "cannot be made" in worlds["broken-v1"]["summary"]
    assert worlds["lookout-v1"]["seats"] == ["lookout", "courier"]


@pytest.mark.parametrize("command", [(), ("list",), ("play",), ("evaluate",), ("check",)])
def test_help_teaches_by_example(command):
    assert f"coterie {' '.join(command)}" in coterie(*command, "--help")


def test_play_prints_every_turn_and_records_what_play_would(tmp_path):
    out = tmp_path / "games" / "first"
    printed = coterie("play", "lookout", "--seed", "3", "--set", "size=4", "--set", "maps=train", "--out", str(out))
    (episode,) = read_episodes(f"{out}.jsonl.zst")
    assert f"{out}.jsonl.zst" in printed.replace("\n", "")
    assert (episode.seed, episode.options["size"], episode.options["maps"]) == (3, 4, "train")
    assert {name: seat.mind for name, seat in episode.seats.items()} == {"lookout": "expert", "courier": "expert"}
    for turn in episode.turns:
        assert f"{turn.agent} sees: {turn.observation.text}\n" in printed
    assert printed.count("courier does ") == len(episode.turns_of("courier"))
    assert "outcome: success True" in printed
    coterie("play", "lookout", "--out", str(out), code=2)  # nothing is overwritten


def test_watching_does_not_change_the_record(tmp_path):
    from coterie.agents import Expert, Random

    coterie("play", "lookout", "--seat", "courier=random", "--seed", "5", "--out", str(tmp_path / "a.jsonl"))
    (watched,) = read_episodes(tmp_path / "a.jsonl")
    alone = play("lookout", {"lookout": Expert(), "courier": Random()}, seed=5)
    assert watched.turns == alone.turns
    assert watched.seats == alone.seats
    assert watched.labels == {"channel": "open"}


def test_a_muted_courier_hears_nothing():
    printed = coterie("play", "lookout", "--channel", "mute", "--seed", "3")
    assert "heard lookout" not in printed
    assert "lookout says: " in printed


def test_evaluate_prints_measures_and_keeps_report_and_episodes(tmp_path):
    out = tmp_path / "run"
    words = ("lookout", "--episodes", "6", "--seed", "4", "--metric", "success", "--out", str(out))
    printed = coterie("evaluate", *words)
    report = Report.from_json((out / "report.json").read_bytes())
    assert report.measures["success"].value == 1.0
    assert report.scenario.seeds == tuple(range(4, 10))
    assert "100.0" in printed
    assert sorted(episode.seed for episode in read_episodes(out)) == list(range(4, 10))
    coterie("evaluate", *words, code=2)  # nothing is overwritten
    muted = coterie("evaluate", "lookout", "--episodes", "30", "--channel", "mute", "--metric", "success")
    assert "100.0" not in muted


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("play", "nowhere"), "no world is called 'nowhere'"),
        (("play", "lookout", "--seat", "pilot=random"), "no seat pilot; its seats are lookout, courier"),
        (("play", "lookout", "--seat", "courier"), "expected --seat NAME=WHO"),
        (("play", "lookout", "--seat", "courier=expert", "--seat", "courier=random"), "given twice"),
        (("play", "lookout", "--seat", "courier=gpt"), "found 'gpt' for seat 'courier', expected random, expert"),
        (("play", "lookout", "--seat", "courier=http://127.0.0.1:1/v1"), "the model's name after a #"),
        (("play", "lookout", "--set", "size"), "expected --set option=value"),
        (("play", "lookot"), "did you mean lookout? there are bargain-v1"),
        (("play", "lookout", "--set", "colour=3"), "its options are: size"),
        (("play", "lookout", "--set", "size=big"), "size='big': Expected int, got str; its options are: size"),
        (("play", "lookout", "--set", "size=4.5"), "size=4.5: Expected int, got float"),
        (("play", "lookout", "--channel", "noise:2"), "expected open, mute, or noise:RATE"),
        (("play", "lookout", "--channel", "noise:x"), "expected open, mute, or noise:RATE"),
        (("evaluate", "lookout", "--metric", "beauty"), "beauty"),
        (("check", "no_such_module:World"), "cannot load"),
    ],
)
def test_an_expected_error_is_one_line_and_exit_code_two(words, part):
    printed = coterie(*words, code=2)
    assert part in printed
    assert printed.startswith("error: ")
    assert printed.count("\n") == 1


def test_an_endpoint_that_is_not_there_breaks_the_episode_off_and_is_told():
    printed = coterie("play", "lookout", "--seat", "courier=http://127.0.0.1:1/v1#qwen", code=1)
    assert "broken off (policy, courier): PolicyError" in printed
    assert "qwen: 0 answers" in printed


def test_check_tells_what_was_checked_and_what_was_not():
    printed = coterie("check", "lookout", "--episodes", "4")
    assert "lookout-v1 keeps the contract" in printed
    assert "no global random generator is used" in printed
    assert "left out: secrets" in printed


def test_check_finds_a_world_of_your_own_in_the_folder_and_its_fault(tmp_path):
    (tmp_path / "my_worlds.py").write_text(
        textwrap.dedent('''
        """Coin: ann calls a coin."""
        import random
        from coterie.core import Action, ActionSpec, Choice, Ending, Environment, Event, Observation, Step

        class Coin(Environment):
            id, agents = "coin-v1", ("ann",)

            def begin(self):
                spec = ActionSpec(move=Choice(("heads", "tails")), fallback=Action("tails"))
                return Step(observations={"ann": Observation(spec, "call it")})

            def toss(self):
                return self.chance.draw("coin", ("heads", "tails"))

            def advance(self, actions):
                won = actions["ann"].move == self.toss()
                outcome = Event("outcome", None, {"success": won})
                ending = Ending("terminated", "called")
                return Step(rewards={"ann": float(won)}, endings={"ann": ending}, events=(outcome,))

        class Unfair(Coin):
            def toss(self):
                return random.choice(("heads", "tails"))
        ''')
    )
    good = subprocess.run(
        [COTERIE, "check", "my_worlds:Coin"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert good.returncode == 0, good.stdout + good.stderr
    assert "coin-v1 keeps the contract" in good.stdout
    assert "left out: numeric views" in good.stdout
    assert "left out: experts" in good.stdout
    bad = subprocess.run(
        [COTERIE, "check", "my_worlds:Unfair"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert bad.returncode == 1
    assert "coin-v1 breaks the contract" in bad.stdout
    assert "random" in bad.stdout
    assert "Traceback" not in bad.stderr


@pytest.mark.parametrize(
    "words", [["--help"], ["list"], ["play", "lookout"], ["evaluate", "lookout", "--episodes", "3"]]
)
def test_nothing_heavy_is_loaded(words):
    program = (
        "import sys, typer\n"
        "from coterie.cli import app\n"
        f"try: app({words!r})\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'torch', 'transformers', 'httpx', 'matplotlib', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_installed_command_runs():
    done = subprocess.run([COTERIE, "list", "--json"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert [world["id"] for world in json.loads(done.stdout)] == environments()
    wrong = subprocess.run([COTERIE, "play", "nowhere"], capture_output=True, text=True, timeout=60)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("error: no world is called 'nowhere'")
