"""TES and its increments, worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.agents import Expert, Random
from coterie.metrics.trajectories import (
    Request,
    efficiency,
    initiating,
    initiating_capability,
    matched,
    moves,
    requests,
    responding,
    responding_capability,
    trajectory_efficiency,
)
from coterie.rollout import gather

REFERENCE = ["cut", "cook", "serve"]


def test_only_what_comes_in_order_from_the_start_matches():
    assert matched(["cook", "serve"], REFERENCE) == 0
    assert matched(["cook", "cut", "serve", "cook"], REFERENCE) == 2
    assert matched([], REFERENCE) == 0


def test_the_score_is_the_formula_of_the_paper():
    # D = 2, m = 3, n = 4: (1 + 0.9025) * 2 / (3 + 0.9025 * 4)
    assert efficiency(["cook", "cut", "serve", "cook"], [REFERENCE]) == pytest.approx(1.9025 * 2 / (3 + 0.9025 * 4))
    assert efficiency(REFERENCE, [REFERENCE]) == pytest.approx(1.0)
    assert efficiency([], [REFERENCE]) == 0.0
    assert efficiency(["cut"], [REFERENCE, ["cut"]]) == pytest.approx(1.0)  # the best reference counts


actions = st.lists(st.sampled_from("abc"), max_size=8)


@given(actions, st.lists(actions, max_size=3))
def test_the_score_lies_between_0_and_1_and_recall_and_precision_bound_it(done, references):
    found = efficiency(done, references)
    assert 0.0 <= found <= 1.0 + 1e-12
    assert (found == 0.0) == (not any(matched(done, each) for each in references))


def test_a_good_request_helps_and_a_good_answer_follows_it():
    good = Request("ann", "bob", before=("cut",), asked=("cook",), done=("cook",))
    ignored = Request("ann", "bob", before=("cut",), asked=("cook",), done=("sleep",))
    bad = Request("ann", "bob", before=("cut",), asked=("sleep",), done=("cook",))
    references = {"bob": [REFERENCE]}
    assert initiating([good, ignored, bad], references) == (2, 3)
    assert responding([good, ignored, bad], references) == (2, 3)


def episodes(lookout, courier, count=20):
    return list(gather("lookout", {"lookout": lookout, "courier": courier}, range(count)))


REFERENCES = {each.seed: [moves(each, "courier")] for each in episodes(Expert(), Expert())}


def references(episode, seat):
    return REFERENCES[episode.seed] if seat == "courier" else []


def test_a_helpful_speaker_initiates_and_an_obedient_listener_responds():
    both, deaf, babble = episodes(Expert(), Expert()), episodes(Expert(), Random()), episodes(Random(), Expert())
    initiative, response = initiating_capability(references), responding_capability(references)
    assert len(requests(both[0])) > 0
    assert initiative.compute(both).value > 0.9
    assert response.compute(both).value > 0.9
    assert response.compute(deaf).high < response.compute(both).low
    assert "reference" in initiative.compute(babble).missing or initiative.compute(babble).value < 0.5
    path = trajectory_efficiency(references, "courier")
    assert path.compute(both).value == pytest.approx(1.0)
    assert path.compute(deaf).high < 0.6


@given(actions, actions)
def test_what_matches_is_the_longest_beginning_of_the_reference_that_can_be_found_in_order(done, reference):
    def in_order(part):
        left = iter(done)
        return all(action in left for action in part)

    expected = max(count for count in range(len(reference) + 1) if in_order(reference[:count]))
    assert matched(done, reference) == expected


@given(actions, actions)
def test_no_later_beginning_matches_more_than_the_first(done, reference):
    begins = [place for place, action in enumerate(done) if reference and action == reference[0]]
    assert matched(done, reference) == max((matched(done[place:], reference) for place in begins), default=0)
