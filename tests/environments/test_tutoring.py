"""Tutoring: buggy procedures against published answers, the rule of learning, and what a lesson is worth."""

import math
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from coterie.agents import Expert, Scripted
from coterie.core import Action, Chance, Channel, ConfigError, Mute, Utterance
from coterie.environments import make
from coterie.environments.text.education.tutoring.exam import FIRST, LAST, draw_items
from coterie.environments.text.education.tutoring.student import Student, ideas, taught
from coterie.environments.text.education.tutoring.subject import CORRECT, subsets
from coterie.environments.text.education.tutoring.tutor import Tutor, profiles
from coterie.environments.text.education.tutoring.world import SUBJECTS
from coterie.rollout import gather, play

SUBTRACTION, FRACTIONS = SUBJECTS["subtraction"], SUBJECTS["fractions"]

# Brown and Burton (1978): tables of bugs with an example each.
BROWN_BURTON = [
    ("smaller-from-larger", "143 - 28", "125"),
    ("smaller-from-larger", "253 - 118", "145"),
    ("borrow-no-decrement", "143 - 28", "125"),
    ("borrow-from-zero", "1300 - 522", "878"),
    ("borrow-from-zero", "103 - 45", "158"),
    ("dont-decrement-zero", "1300 - 522", "788"),
    ("zero-minus-n-equals-n", "140 - 21", "121"),
    ("zero-minus-n-equals-zero", "140 - 21", "120"),
    ("always-borrow-left", "662 - 357", "215"),
    ("borrow-across-zero", "304 - 75", "139"),
    ("n-minus-zero-equals-zero", "403 - 208", "105"),
    ("smaller-from-larger zero-minus-n-equals-zero", "203 - 98", "205"),
]
# VanLehn (1982, 1990): glossary of bugs.
VANLEHN = [
    ("smaller-from-larger", "81 - 38", "57"),
    ("zero-instead-of-borrow", "42 - 16", "30"),
    ("zero-minus-n-equals-n", "40 - 21", "21"),
    ("zero-minus-n-equals-zero", "40 - 21", "20"),
    ("n-minus-zero-equals-zero", "57 - 20", "30"),
    ("n-minus-n-equals-n", "83 - 13", "73"),
    ("borrow-no-decrement", "62 - 44", "28"),
    ("forget-borrow-over-blanks", "347 - 9", "348"),
    ("always-borrow", "488 - 229", "1159"),
    ("always-borrow-left", "733 - 216", "427"),
    ("borrow-across-zero", "904 - 7", "807"),
    ("borrow-across-zero", "904 - 237", "577"),
    ("borrow-from-zero", "306 - 187", "219"),
    ("stops-borrow-at-zero", "404 - 187", "227"),
    ("dont-decrement-zero", "506 - 318", "198"),
]
# The 20 problems of VanLehn's diagnostic test (Mind Bugs, 1990).
DIAGNOSTIC_TEST = """647 - 45, 885 - 205, 83 - 44, 8305 - 3, 50 - 23, 562 - 3, 742 - 136, 106 - 70, 716 - 598,
    1564 - 887, 6591 - 2697, 311 - 214, 1813 - 215, 102 - 39, 9007 - 6880, 4015 - 607, 702 - 108, 2006 - 42,
    10012 - 214, 8001 - 43"""
PROBLEMS = [problem.strip() for problem in DIAGNOSTIC_TEST.split(",")]
# The practice guide of the What Works Clearinghouse (2010), recommendation 3, where not said otherwise.
FRACTION_ANSWERS = [
    ("adds-across", "2/4 + 5/4", "7/8"),
    ("adds-across", "3/5 - 1/2", "2/3"),
    ("takes-larger-denominator", "4/5 + 4/10", "8/10"),
    ("keeps-denominator-in-product", "2/3 x 1/3", "2/3"),
    ("larger-denominator-is-larger", "larger of 1/4 and 1/3", "1/4"),  # Stafylidou and Vosniadou (2004)
    ("divides-without-flipping", "2/7 divided by 3/5", "6/35"),  # D. Fisher, why is it wrong, why is it right
    ("multiplies-crosswise", "2/3 x 4/7", "12/14"),  # the same
]


@pytest.mark.parametrize(("bugs", "problem", "answer"), [*BROWN_BURTON, *VANLEHN])
def test_a_pupil_with_a_bug_answers_as_published(bugs, problem, answer):
    assert SUBTRACTION.answer(problem, frozenset(bugs.split())) == answer


@pytest.mark.parametrize(("bug", "problem", "answer"), FRACTION_ANSWERS)
def test_a_misconception_of_fractions_answers_as_published(bug, problem, answer):
    assert FRACTIONS.answer(problem, frozenset({bug})) == answer


def test_every_bug_of_subtraction_has_a_published_answer():
    assert {bug for bugs, _, _ in BROWN_BURTON + VANLEHN for bug in bugs.split()} == set(SUBTRACTION.bugs)


def columns(problem, rule):
    """Writes what a rule says under every column, each by itself."""
    top, bottom = problem.split(" - ")
    pairs = zip(top, bottom.rjust(len(top), "0"), strict=True)
    return "".join(str(rule(int(above), int(below))) for above, below in pairs).lstrip("0") or "0"


COLUMN_BY_COLUMN = {
    "smaller-from-larger": lambda top, bottom: abs(top - bottom),
    "zero-instead-of-borrow": lambda top, bottom: max(0, top - bottom),
    "borrow-no-decrement": lambda top, bottom: (top - bottom) % 10,
}


@pytest.mark.parametrize("bug", COLUMN_BY_COLUMN)
def test_bugs_without_a_borrow_answer_every_column_by_itself(bug):
    @settings(max_examples=200, deadline=None)
    @given(some.integers(1, 99_999), some.integers(0, 99_999))
    def check(one, other):
        problem = f"{max(one, other)} - {min(one, other)}"
        assert SUBTRACTION.answer(problem, frozenset({bug})) == columns(problem, COLUMN_BY_COLUMN[bug])

    check()
    for problem in PROBLEMS:
        assert SUBTRACTION.answer(problem, frozenset({bug})) == columns(problem, COLUMN_BY_COLUMN[bug])


def test_the_procedures_without_a_bug_are_right():
    for problem in (*PROBLEMS, *SUBTRACTION.problems(4)):
        top, bottom = problem.split(" - ")
        assert SUBTRACTION.answer(problem) == str(int(top) - int(bottom))
    exact = {"+": Fraction.__add__, "-": Fraction.__sub__, "x": Fraction.__mul__, "divided by": Fraction.__truediv__}
    for problem in FRACTIONS.problems(4):
        if problem.startswith("larger"):
            _, _, first, _, second = problem.split()
            value = max(Fraction(first), Fraction(second))
        else:
            first, *operation, second = problem.split()
            value = exact[" ".join(operation)](Fraction(first), Fraction(second))
        assert FRACTIONS.value(FRACTIONS.answer(problem)) == value


def test_the_published_test_tells_all_single_bugs_apart():
    answers = {
        bug: tuple(SUBTRACTION.answer(problem, frozenset({bug})) for problem in PROBLEMS) for bug in SUBTRACTION.bugs
    }
    right = tuple(map(SUBTRACTION.answer, PROBLEMS))
    assert len({*answers.values(), right}) == len(SUBTRACTION.bugs) + 1


def explanation(subject, bug, bugs):
    """The intended explanation, with an example on which the bug shows."""
    example = next(problem for problem in subject.problems(4) if subject.shows(problem, bug, bugs))
    return f"{subject.bugs[bug].remedy} . {example} = {subject.answer(example)}"


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=lambda subject: subject.name)
def test_the_intended_explanation_removes_exactly_its_bug(subject):
    for bug in subject.bugs:
        alone = frozenset({bug})
        said = explanation(subject, bug, alone)
        assert ideas(subject, said) == [bug]
        assert taught(subject, said, alone) == [bug]
        for other in subject.bugs.keys() - {bug}:
            assert taught(subject, said, frozenset({other})) == []
    for bugs in profiles(subject, list(subject.bugs), 2):
        for bug in bugs:
            assert taught(subject, explanation(subject, bug, frozenset({bug})), bugs) in ([bug], [])
            # One bug may hide another: then it is the hiding one that has to go first.
            if any(subject.shows(problem, bug, bugs) for problem in subject.problems(4)):
                assert taught(subject, explanation(subject, bug, bugs), bugs) == [bug]


IDEA = SUBTRACTION.bugs["smaller-from-larger"].remedy
HELD = frozenset({"smaller-from-larger"})


@pytest.mark.parametrize(
    "said",
    [
        IDEA,  # no example
        "42 - 17 = 25",  # no idea
        f"{IDEA} 42 - 17",  # a question is no example
        f"{IDEA} 42 - 17 = 35",  # a wrong answer
        f"{IDEA} 48 - 17 = 31",  # the bug does not show
        f"{IDEA} 42 - 17 = 25 zero nine ten left blank one equal only",  # everything at once
    ],
)
def test_what_is_no_explanation_by_the_rule_teaches_nothing(said):
    assert taught(SUBTRACTION, f"{IDEA} 42 - 17 = 25", HELD) == ["smaller-from-larger"]
    assert taught(SUBTRACTION, said, HELD) == []


def test_an_explanation_in_other_words_counts():
    said = "You always took the smaller one from the larger one. Trade a ten instead: 42-17 is 25."
    assert taught(SUBTRACTION, said, HELD) == ["smaller-from-larger"]


CASES = [("subtraction", 3, 14), ("fractions", 2, 9)]


@pytest.mark.parametrize(("subject", "size", "families"), CASES)
@pytest.mark.parametrize(("count", "bugs"), [(20, 1), (6, 2)])
def test_a_test_is_faultless_only_when_no_bug_is_left(subject, size, families, count, bugs):
    subject = SUBJECTS[subject]
    for held in profiles(subject, list(subject.bugs)[:families], bugs):
        pre = draw_items(Chance(1), subject, size, held, count, FIRST)
        post = draw_items(Chance(1), subject, size, held, count, LAST)
        assert len({*pre, *post}) == 2 * count
        for left in subsets(held):
            right = [subject.right(problem, subject.answer(problem, left)) for problem in post]
            assert all(right) == (not left)
        assert sum(subject.right(problem, subject.answer(problem, held)) for problem in pre) <= count / 2


def lesson(*said, options=None, bug="smaller-from-larger", student=None):
    """An episode in which the tutor says these sentences, and then ends the lesson."""
    sentences = [*said, "test now"]
    tutor = Scripted(lambda seed: lambda seen: Action(say=(Utterance(sentences[int(seen.data["turn"])]),)))

    def create():
        world = make("tutoring", **(options or {}))
        world.reset = lambda seed: type(world).reset(world, seed, Chance(seed, fixed={"student": frozenset({bug})}))
        return world

    return play(create, {"tutor": tutor, "student": student or Expert()}, 3)


def kinds(episode, kind):
    return [event.data for event in episode.events if event.kind == kind]


def test_the_tutor_sees_how_the_student_did_and_not_what_it_does_wrong():
    world = make("tutoring")
    seen = world.reset(5, Chance(5, fixed={"student": HELD})).observations["tutor"]
    for item in seen.data["items"]:
        assert item["answer"] == SUBTRACTION.answer(item["problem"], HELD)
        assert f"{item['problem']} = {item['answer']} {'right' if item['right'] else 'wrong'}" in seen.text
    assert seen.data["profile"] is None
    assert "smaller" not in seen.text


def test_a_fitting_explanation_that_is_taken_in_is_worth_the_whole_gain():
    episode = lesson(f"{IDEA} 42 - 17 = 25")
    assert episode.outcome["gain"] == 1
    assert (episode.outcome["pre"], episode.outcome["post"], episode.outcome["bugs_left"]) == (0.5, 1.0, 0)
    assert episode.outcome["mastered_turn"] == 0
    assert kinds(episode, "learned")[0]["bug"] == "smaller-from-larger"
    assert episode.totals == {"tutor": 1, "student": 1}


def test_an_explanation_of_another_bug_is_worth_nothing():
    episode = lesson(explanation(SUBTRACTION, "borrow-no-decrement", frozenset({"borrow-no-decrement"})))
    assert episode.outcome["gain"] == 0
    assert episode.outcome["bugs_left"] == 1
    assert episode.turns[1].action.say[0].text == "i do not do that"


def test_a_student_that_does_not_take_it_in_learns_nothing():
    def stubborn(seed):
        speaks = Student(SUBTRACTION)
        return lambda seen: Action("keep") if seen.data["test"] is None else speaks(seen)

    episode = lesson(f"{IDEA} 42 - 17 = 25", student=Scripted(stubborn))
    assert episode.outcome["gain"] == 0
    assert kinds(episode, "explained")[0]["teaches"] == ["smaller-from-larger"]


def test_a_student_that_hears_nothing_learns_nothing():
    world = make("tutoring")
    for episode in gather("tutoring", dict.fromkeys(world.agents, Expert()), range(5), channel=Channel((Mute(),))):
        assert episode.outcome["gain"] == 0


def test_answers_given_away_are_counted_and_help_only_where_they_come_again():
    world = make("tutoring")
    world.reset(3, Chance(3, fixed={"student": HELD}))
    wrong = [item["problem"] for item in world.paper if not item["right"]]
    said = " ".join(f"{problem} = {SUBTRACTION.answer(problem)}" for problem in wrong)
    episode = lesson(said, options={"telling_cost": 0.25})
    assert len(wrong) == 2
    assert (episode.outcome["told"], episode.outcome["told_turn"], episode.outcome["gain"]) == (2, 0, 0)
    assert episode.totals == {"tutor": -0.5, "student": 0}
    episode = lesson(said, options={"repeated": 4})
    assert (episode.outcome["post"], episode.outcome["bugs_left"]) == (1.0, 1)
    assert episode.outcome["faithful"] == 0.5  # two answers are remembered, not known


def test_the_student_answers_what_it_is_asked_and_shows_its_steps():
    episode = lesson("what is 42 - 17", "show 42 - 17")
    said = [turn.action.say[0].text for turn in episode.turns if turn.agent == "student" and turn.action.say]
    assert said == ["42 - 17 = 35", "42 - 17 = 35 ones 2 take 7 write 5 tens 4 take 1 write 3"]
    assert kinds(episode, "answered")[0] == {"problem": "42 - 17", "answer": "35", "right": False, "told": False}


def test_somebody_else_in_the_students_seat_writes_its_own_answers():
    episode = lesson(student=Scripted(lambda seed: lambda seen: Action("keep" if seen.data["test"] is None else "7")))
    assert episode.outcome["post"] == 0
    assert episode.outcome["gain"] == -1  # (0 - 1/2) / (1 - 1/2)
    assert episode.outcome["faithful"] < 1
    assert [event["knows"] for event in kinds(episode, "post_item")] != ["7"] * 4


def test_a_swapped_profile_misleads_and_the_true_one_helps():
    seats = dict.fromkeys(("tutor", "student"), Expert())
    gains = {}
    for profile in ("shown", "swapped"):
        options = {"profile": profile, "families": 9, "turns": 1}
        episodes = list(gather("tutoring", seats, range(40), options=options))
        gains[profile] = sum(episode.outcome["gain"] for episode in episodes) / 40
    assert gains["shown"] == 1
    assert gains["swapped"] == 0


def test_the_expert_tutor_asks_what_tells_most():
    families = ["smaller-from-larger", "borrow-no-decrement", "zero-minus-n-equals-n"]
    tutor = Tutor(SUBTRACTION, families, 1, 2)
    likely = list(tutor.doubts)
    best = tutor._question(likely)
    assert tutor._information(best, likely) == pytest.approx(math.log2(3))
    assert len({SUBTRACTION.answer(best, bugs) for bugs in likely}) == 3


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"families": 14, "size": 3, "bugs": 2, "items": 6, "turns": 12},
        {"subject": "fractions", "families": 9, "bugs": 2, "turns": 8},
    ],
    ids=str,
)
def test_the_expert_tutor_cures_every_student(options):
    seats = dict.fromkeys(("tutor", "student"), Expert())
    for episode in gather("tutoring", seats, range(60), options=options):
        assert episode.outcome["success"]
        assert episode.outcome["bugs_left"] == 0
        assert episode.outcome["told"] == 0
        assert episode.outcome["faithful"] == 1


def test_some_bugs_hide_others_and_some_exclude_each_other():
    masked = frozenset({"smaller-from-larger", "borrow-no-decrement"})
    assert not any(SUBTRACTION.shows(problem, "borrow-no-decrement", masked) for problem in SUBTRACTION.problems(2))
    for bugs in profiles(SUBTRACTION, list(SUBTRACTION.bugs), 2):
        assert len({SUBTRACTION.bugs[bug].site for bug in bugs}) == 2
    pairs = len(list(combinations(SUBTRACTION.bugs, 2)))
    assert len(profiles(SUBTRACTION, list(SUBTRACTION.bugs), 2)) == pairs - 1 - 1 - 3 - 6
    assert CORRECT not in profiles(SUBTRACTION, list(SUBTRACTION.bugs), 2)


def test_the_page_lists_every_wrong_step_with_the_words_of_its_idea():
    page = (Path(__file__).parents[2] / "docs/reference/worlds/tutoring.md").read_text(encoding="utf-8")
    for subject in SUBJECTS.values():
        for bug in subject.bugs.values():
            words = "; ".join(", ".join(group) for group in bug.idea)
            assert f"| `{bug.name}` | {bug.does} | {words} |" in page


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"subject": "latin"}, "subject='latin'"),
        ({"profile": "all"}, "profile='all'"),
        ({"families": 15}, "families=15"),
        ({"families": 14}, "borrow-from-zero shows from size 3"),
        ({"bugs": 0}, "bugs=0"),
        ({"bugs": 4}, "bugs=4"),
        ({"items": 21}, "items=21"),
        ({"repeated": 5}, "repeated=5"),
        ({"turns": 0}, "turns=0"),
    ],
)
def test_options_that_make_no_lesson_are_refused(options, found):
    with pytest.raises(ConfigError, match=found):
        make("tutoring", **options)
