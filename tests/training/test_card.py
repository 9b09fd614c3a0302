"""The card of a saved model says what the run knows, and no more."""

import json

import pytest

from coterie.core import ConfigError, Measure
from coterie.evaluation.report import Arm, CrossPlay, Evaluation
from coterie.rollout import gather, write_episodes
from coterie.training import Run
from coterie.training.card import MADE_BY, write_card, write_cards

np = pytest.importorskip("numpy")
safetensors = pytest.importorskip("safetensors.numpy")


@pytest.fixture
def run(tmp_path):
    """A run of one team with a trained and an untouched model."""
    import msgspec

    from coterie.agents import Expert

    run = Run(tmp_path / "run", {"size": 3}, "A walk", "A courier learns to walk.")
    run.log({"stage": "imitation-courier", "iteration": 40})
    run.log({"stage": "reinforcement", "iteration": 1, "episodes": 96})
    run.log({"stage": "reinforcement", "iteration": 2, "episodes": 96})
    shown = gather("lookout", {"lookout": Expert(), "courier": Expert()}, range(7))
    write_episodes(run.folder / "episodes" / "demonstrations-courier.jsonl.zst", shown)
    measures = {
        "success": Measure(0.9, 0.8, 0.95, 400),
        "words_per_success": Measure(None, count=3, missing="none won"),
    }
    table = CrossPlay(["a", "b"], ["a", "b"], [[Measure(0.9), Measure(0.1)], [Measure(0.1), Measure(0.9)]])
    evaluation = Evaluation([Arm("trained, greedy", "trained", 7, measures)], table)
    (run.folder / "evaluation.json").write_bytes(msgspec.json.encode(evaluation))
    for name in ("first/courier", "courier"):
        folder = run.folder / "models" / name
        folder.mkdir(parents=True)
        (folder / "config.json").write_text('{"model_type": "llama"}')
        about = {"policy": "courier", "version": 12, "codec": "compact", "world": "lookout-v1", "seat": "courier"}
        (folder / "policy.json").write_text(json.dumps(about))
        weights = {"a": np.zeros((3, 4), np.float32), "b": np.zeros(5, np.float32)}
        safetensors.save_file(weights, folder / "model.safetensors")
    return run.folder


def test_a_card_names_data_metrics_with_intervals_limits_and_licence(run):
    first, second = write_cards(run, "apache-2.0")
    assert (first.parent.name, second.parent.parent.name) == ("courier", "first")
    text = first.read_text()
    assert text.startswith("---\nlibrary_name: transformers\n")
    for told in (
        "license: apache-2.0",
        "(llama, 17 parameters) for the seat `courier` of the world `lookout-v1`, after 12 updates",
        "*A walk*",
        "A courier learns to walk.",
        "- 7 demonstrations in `demonstrations-courier.jsonl.zst`",
        "- stage `imitation-courier`: 40 iterations\n",
        "- stage `reinforcement`: 2 iterations, 192 episodes played",
        '- settings: `{"size": 3}`',
        "| trained, greedy, seed 7 | success | 90.0 % | [80.0, 95.0] | 400 |",
        "| trained, greedy, seed 7 | words_per_success | missing: none won | | 3 |",
        "90.0 % with their own partner and in 10.0 % with strangers",
        "is no assistant",
        "The weights: apache-2.0.",
        "msgspec ",
    ):
        assert told in text, told


def test_what_the_run_does_not_tell_is_said_to_be_missing(run):
    (run / "evaluation.json").unlink()
    text = write_card(run / "models" / "courier").read_text()
    assert "nothing is known of what this model is worth" in text
    assert "None was stated for these weights." in text
    assert "license:" not in text


def test_a_card_of_another_hand_is_left_alone_and_an_own_one_is_renewed(run):
    card = write_card(run / "models" / "courier")
    assert MADE_BY in card.read_text()
    write_card(run / "models" / "courier", "mit")
    assert "license: mit" in card.read_text()
    card.write_text("my own words")
    write_card(run / "models" / "courier", "apache-2.0")
    assert card.read_text() == "my own words"


def test_a_model_outside_of_a_run_and_a_folder_without_a_model_are_told(run, tmp_path):
    with pytest.raises(ConfigError, match="no saved model"):
        write_card(run)
    (run / "models" / "courier").rename(tmp_path / "courier")
    with pytest.raises(ConfigError, match="lies in no run folder"):
        write_card(tmp_path / "courier")
