import base64
import csv
import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from coterie.agents import Expert, Random, Scripted
from coterie.core import (
    Action,
    ActionSpec,
    Choice,
    Ending,
    Episode,
    Measure,
    Observation,
    RecordError,
    Rejection,
    Seat,
    Speech,
    Turn,
    Utterance,
)
from coterie.environments.text.cooperation.lookout_drawing import draw, sketch
from coterie.environments.text.cooperation.lookout_experts import Courier, Guide, swapped
from coterie.evaluation import compare, evaluate
from coterie.evaluation.keeping import finish
from coterie.evaluation.probes import Trial, contagion, cross_play, listening, value_of_talking, write_findings
from coterie.evaluation.report import (
    Arm,
    CrossPlay,
    Evaluation,
    Progress,
    RunConfig,
    Transcript,
    write_comparison,
    write_report,
)
from coterie.evaluation.report.axes import ticks
from coterie.metrics.statistics import rate
from coterie.rollout import gather, play, read_episodes

ATTACK = "<script>alert('gotcha')</script>"
VOID = {"br", "link", "meta"}


class Page(HTMLParser):
    """Reads a page strictly: every element that is opened is closed, in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.words = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *each) for each in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *each) for each in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def share(hits, count=100):
    return rate([1.0] * hits + [0.0] * (count - hits))


def arms():
    words = Measure(17.9, 17.5, 18.3, 100)
    no_words = Measure(None, count=100, missing="no episode succeeded, so a success has no price")
    return [
        Arm("untrained", "before", None, {"success": share(2), "words_per_success": no_words}),
        Arm("trained team", "trained", None, {"success": share(94), "words_per_success": words}),
        Arm("trained team", "trained", 0, {"success": share(97), "words_per_success": words}),
        Arm("trained team", "trained", 1, {"success": share(91), "words_per_success": words}),
        Arm("muted", "control", None, {"success": share(0), "words_per_success": no_words}),
        Arm("compass", "baseline", None, {"success": share(41), "words_per_success": words}),
    ]


def transcripts():
    confused = {"lookout": Scripted(Guide), "courier": Scripted(lambda seed: Courier(seed, swapped("east", "west")))}
    experts = {"lookout": Expert(), "courier": Expert()}
    return [
        Transcript.of("before", play("lookout", confused, seed=4)),
        Transcript.of("after", play("lookout", experts, seed=4)),
    ]


@pytest.fixture
def folder(tmp_path):
    config = RunConfig("first_words", settings={"size": 3, "seeds": [0, 1]}, versions={"coterie": "0.1.0"})
    cross = CrossPlay(["0", "1"], ["0", "1"], [[share(95), share(30)], [share(24), share(91)]], "lookout", "courier")
    lines = [
        Progress("reinforcement", seed, 5 * step, 1.0, share(10 + 20 * step), share(5 + 22 * step))
        for seed in (0, 1)
        for step in range(5)
    ]
    write(tmp_path, "config.json", config)
    write(tmp_path, "evaluation.json", Evaluation(arms(), cross, transcripts()))
    imitation = b'{"stage":"imitation-lookout","iteration":40,"loss":1.2,"measure":0.4}'
    (tmp_path / "metrics.jsonl").write_bytes(b"\n".join([imitation, *map(msgspec.json.encode, lines), b""]))
    return tmp_path


def write(folder, name, value):
    (folder / name).write_bytes(msgspec.json.encode(value))


def test_a_run_becomes_one_page_with_every_part(folder):
    path = write_report(folder)
    assert path == folder / "report.html"
    page = Page(path.read_text(encoding="utf-8"))
    for title in ("Learning", "Comparison", "What a success costs in words", "Strangers", "In their own words"):
        assert title in page.words
    for title in ("All numbers", "How it was made", "How to read this", "First words"):
        assert title in page.words
    assert page.tags.count("polyline") == 4, "two modes of decoding, two seeds"
    assert page.tags.count("polygon") == 4, "each with its interval"
    assert page.tags.count("article") == 2
    assert "There is no" not in page.text


def test_the_summary_tells_the_result_with_its_uncertainty(folder):
    text = Page(write_report(folder).read_text(encoding="utf-8")).text
    assert "Before, the team succeeded in 2.0 % (0.6 to 7.0) of 100 episodes" in text
    assert "after training it succeeds in 94.0 % (87.5 to 97.2) of 100. The intervals lie apart" in text
    assert "compass, reaches 41.0 % (31.9 to 50.8), which the team clearly surpasses" in text
    assert "own partner and in 27.0 % with strangers, a gap of 66.0 points" in text


def test_an_undecided_result_is_not_sold_as_a_gain(folder):
    close = [
        Arm("before", "before", None, {"success": share(50)}),
        Arm("after", "trained", None, {"success": share(56)}),
        Arm("compass", "baseline", None, {"success": share(52)}),
    ]
    write(folder, "evaluation.json", Evaluation(close))
    text = Page(write_report(folder).read_text(encoding="utf-8")).text
    assert "The intervals overlap, so that this may be luck." in text
    assert "does not clearly surpass" in text


def test_the_page_needs_nothing_from_outside(folder):
    text = write_report(folder).read_text(encoding="utf-8")
    page = Page(text)
    assert not {"script", "link", "iframe", "img", "object", "base", "form"} & set(page.tags)
    assert not [each for each in page.attributes if each[1] in ("src", "srcset") or each[1].startswith("on")]
    links = [value for _, name, value in page.attributes if name == "href"]
    assert all(link.startswith(("data:", "#")) for link in links), "downloads, and places on the page"
    places = {value for _, name, value in page.attributes if name == "id"}
    assert {link[1:] for link in links if link.startswith("#")} <= places
    assert set(re.findall(r"https?://[^\"'\s<)]+", text)) <= {"http://www.w3.org/2000/svg"}
    assert "@import" not in text
    assert "url(" not in text
    assert len(text) < 200_000


def test_the_numbers_of_the_page_can_be_taken_along(folder):
    page = Page(write_report(folder).read_text(encoding="utf-8"))
    hrefs = [value for _, name, value in page.attributes if name == "href"]
    links = {href.split(";")[0]: href for href in hrefs if href.startswith("data:")}
    assert sorted(links) == ["data:application/json", "data:text/csv", "data:text/markdown", "data:text/x-tex"]
    content = base64.b64decode(links["data:text/csv"].partition("base64,")[2]).decode()
    rows = list(csv.DictReader(content.splitlines()))
    found = next(row for row in rows if row["of"] == "compass" and row["measure"] == "success")
    assert (found["value"], found["count"]) == ("0.41", "100")
    assert any(row["of"] == "cross-play" for row in rows)


def test_what_probes_found_is_drawn(folder):
    team = dict.fromkeys(("ann", "ben", "cleo"), Expert())
    trial = Trial("study_group", range(8))
    found = [value_of_talking(trial, team), listening(trial, team), contagion(trial, team, "ann")]
    write_findings(folder, found)
    talk = {"ann": {"ben": 3.0, "cleo": 1.0}, ATTACK: {"ann": 2.0}}
    write(folder, "evaluation.json", Evaluation([], talk=talk))
    page = Page(write_report(folder).read_text(encoding="utf-8"))
    for title in ("What talk is worth", "Who listens", "Does speech infect", "Who talks to whom", "value of talking"):
        assert title in page.words
    assert "Words an episode: ann to ben 3.0; ann to cleo 1.0" in str(page.attributes)
    assert "What each message of seed" in page.text
    assert "talk matters" in page.text


def test_cross_play_of_returns_is_shaded_from_the_lowest_to_the_highest(folder):
    measures = [[Measure(12.5, 12.0, 13.0, 9), Measure(-2.5, -3.0, -2.0, 9)]]
    cross = CrossPlay(["a"], ["a", "b"], measures, measure="mean_return")
    write(folder, "evaluation.json", Evaluation([], cross))
    text = write_report(folder).read_text(encoding="utf-8")
    assert "--share:100.0%" in text
    assert "--share:0.0%" in text
    assert "<b>12.5</b>" in text


def test_everything_that_others_wrote_is_escaped(folder):
    seen = Observation(ActionSpec(move=Choice((ATTACK,)), speech=Speech(9, audiences=(ATTACK,))), text=ATTACK)
    turn = Turn(ATTACK, 0, seen, Action(ATTACK, (Utterance(ATTACK),)), (Rejection("illegal", ATTACK),))
    told = Episode(
        environment=ATTACK,
        seed=1,
        seats={ATTACK: Seat(ATTACK)},
        turns=(turn,),
        endings={ATTACK: Ending("terminated", ATTACK)},
    )
    measures = {"success": share(50), ATTACK: Measure(None, missing=ATTACK)}
    arm = [Arm(ATTACK, ATTACK, None, measures, ATTACK), Arm(ATTACK, "trained", 3, measures)]
    cross = CrossPlay([ATTACK], [ATTACK], [[Measure(None, missing=f'"{ATTACK}')]], ATTACK, ATTACK)
    write(folder, "config.json", RunConfig(ATTACK, ATTACK, ATTACK, {ATTACK: ATTACK}, {ATTACK: ATTACK}))
    write(folder, "evaluation.json", Evaluation(arm, cross, [Transcript.of(ATTACK, told)]))
    text = write_report(folder).read_text(encoding="utf-8")
    page = Page(text)
    assert "<script" not in text
    assert "script" not in page.tags
    assert page.text.count(ATTACK) > 10
    assert not [each for each in page.attributes if each[1].startswith("on")]


def test_a_plain_evaluation_leaves_the_other_parts_out_and_says_so(tmp_path):
    report = evaluate("lookout", {"lookout": Expert(), "courier": Expert()}, range(30))
    write(tmp_path, "evaluation.json", Evaluation([Arm("experts", measures=report.measures)]))
    page = Page(write_report(tmp_path).read_text(encoding="utf-8"))
    assert "Learning" not in page.words
    assert "There is no learning curve" not in page.text, "nothing was trained"
    assert "No episodes were kept to read." in page.text
    assert "Experts: success in 100.0 % of 30 episodes (95 % interval 88.6 to 100.0)." in page.text
    assert "path weighted success" in page.text


def test_of_a_game_without_a_task_the_page_says_what_each_seat_is_paid(tmp_path):
    record = tmp_path / "episodes" / "episodes.jsonl.zst"
    finish(tmp_path, evaluate("kuhn_poker", {"first": Expert(), "second": Expert()}, range(20), record=record))
    text = Page(write_report(tmp_path).read_text(encoding="utf-8")).text
    assert "The team: mean return first -0.30 (95 % interval -0.89 to 0.29), second 0.30 (95 % interval" in text
    assert "One episode : seed 0, mean return 0" in text, "the sum is 0 in each, so none is the best"
    assert "The best episode" not in text


def test_what_is_missing_for_one_reason_stands_together_at_the_end_and_the_remarks_are_true(tmp_path):
    team, record = {"lookout": Expert(), "courier": Random()}, tmp_path / "episodes" / "episodes.jsonl.zst"
    finish(tmp_path, evaluate("lookout", team, range(6), record=record))
    found = cross_play(Trial("lookout", range(6)), {"a": team, "b": team})
    write_findings(tmp_path, [found])
    text = Page(write_report(tmp_path).read_text(encoding="utf-8")).text
    assert "survival, survival time, harvest efficiency, overuse, overuse alone, harvest equality" in text
    assert text.index("mean return/courier") < text.index("words per success"), "numbers first"
    assert "The price of a success in words is missing: no episode succeeded" in text
    assert "Members of different teams were not played together" not in text, "cross_play is on the page"


def test_what_is_missing_is_shown_with_its_reason(folder):
    text = Page(write_report(folder).read_text(encoding="utf-8")).text
    assert text.count("no episode succeeded, so a success has no price") >= 4


def test_a_run_that_is_still_learning_can_be_read(folder):
    (folder / "evaluation.json").unlink()
    with open(folder / "metrics.jsonl", "ab") as file:
        file.write(b'{"stage":"reinforcement","iterat')
    page = Page(write_report(folder).read_text(encoding="utf-8"))
    assert page.tags.count("polyline") == 4
    assert "There is no comparison" in page.text


def test_a_damaged_file_is_named_with_its_line(folder):
    lines = (folder / "metrics.jsonl").read_bytes().splitlines()
    lines[3] = lines[3][:20]
    (folder / "metrics.jsonl").write_bytes(b"\n".join([*lines, b""]))
    with pytest.raises(RecordError, match=r"metrics\.jsonl, line 4"):
        write_report(folder)


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"evaluation\.json"):
        write_report(tmp_path)


def test_the_map_shows_where_everything_is():
    data = {"size": 3, "walls": [[1, 1]], "courier": [0, 2], "parcel": [2, 0], "destination": [2, 2]}
    picture = Page(draw(data))
    assert (
        "svg",
        "aria-label",
        "courier at column 0 row 2, parcel at column 2 row 0, destination at column 2 row 2",
    ) in (picture.attributes)
    courier = {name: value for tag, name, value in picture.attributes if tag == "circle"}
    assert (courier["cx"], courier["cy"]) == ("10.0", "50.0")
    assert sketch(data) == ".  .  P\n.  #  .\nC  .  D"
    assert sketch({**data, "parcel": None, "courier": [2, 2]}) == ".   .   .\n.   #   .\n.   .   C+D"


@pytest.mark.parametrize(("highest", "expected"), [(0.9, 0.2), (5, 1), (40, 10), (1732, 500)])
def test_axis_ticks_are_round_and_few(highest, expected):
    found = ticks(highest)
    assert found[1] == pytest.approx(expected)
    assert found[-1] <= highest
    assert len(found) <= 7


def test_the_best_and_worst_episodes_are_linked_and_tell_how_to_watch_them(tmp_path):
    team = {"speaker": Expert(), "listener": Random()}
    record = tmp_path / "episodes" / "episodes.jsonl.zst"
    finish(tmp_path, evaluate("reference_game", team, range(30), record=record))
    page = Page(write_report(tmp_path).read_text(encoding="utf-8"))
    titles = ("The best episode", "The second best episode", "The worst episode", "The second worst episode")
    assert [each for each in page.words if each in titles] == [*titles, *titles], "in the list, and over each episode"
    links = [value for _, name, value in page.attributes if name == "href" and value.startswith("#")]
    assert links == [f"#episode-{place}" for place in (1, 2, 3, 4)]
    played = list(read_episodes(record))
    solved = [each.seed for each in played if each.outcome["success"]]
    lost = [each.seed for each in played if not each.outcome["success"]]
    assert f": seed {solved[0]}, success" in page.text
    assert f": seed {lost[0]}, no success" in page.text
    place = [each.seed for each in played].index(lost[0])
    assert f"watch it: coterie replay {record} --index {place}" in page.text


def test_a_world_of_ones_own_tells_where_it_is_to_be_watched(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "virtual"))
    world, record = "handing_over:HandingOver", tmp_path / "a b" / "episodes.jsonl"
    report = evaluate(world, dict.fromkeys(("ann", "bob"), Expert()), range(2), record=record)
    finish(tmp_path, report, world)
    page = Page(write_report(tmp_path).read_text(encoding="utf-8"))
    assert f"watch it: coterie replay '{record}' --index 0 --world handing_over:HandingOver" in page.text
    finish(tmp_path, report)
    assert "coterie replay" not in Page(write_report(tmp_path).read_text(encoding="utf-8")).text, "not known by its id"


def test_a_comparison_becomes_a_page_with_every_difference(tmp_path):
    experts, lost = {"lookout": Expert(), "courier": Expert()}, {"lookout": Expert(), "courier": Random()}
    found = [
        compare(
            list(gather("lookout", one, range(40))),
            list(gather("lookout", other, range(40))),
            names=("experts", ATTACK),
        )
        for one, other in ((experts, lost), (experts, experts))
    ]
    named = [msgspec.structs.replace(each, world=world) for each, world in zip(found, ("maps", "again"), strict=True)]
    text = write_comparison(tmp_path / "new" / "difference.html", named).read_text(encoding="utf-8")
    page = Page(text)
    assert "<script" not in text
    assert f"experts against {ATTACK}" in page.words
    assert "Maps: experts is better in success," in page.text
    assert "Again: no measure shows that one of them is better." in page.text
    assert page.tags.count("table") == 2
    assert sum(name == "class" and value == "differs" for _, name, value in page.attributes) == sum(
        bool(each.better) for each in found[0].differences.values()
    )
    links = [value for _, name, value in page.attributes if name == "href"]
    content = base64.b64decode(next(link for link in links if "csv" in link).partition("base64,")[2]).decode()
    assert "success,1.0," in content
