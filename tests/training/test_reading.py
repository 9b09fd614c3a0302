"""Pages to learn reading from: what tells how an entry goes on, and that a gate can be passed."""

import random
from collections import Counter
from itertools import pairwise

import pytest

from coterie.learners.torch import TorchLearner
from coterie.policies.local import LocalPolicy, small_model, small_tokenizer
from coterie.training import Lesson, Run, read
from coterie.training.reading import entries, page, rows

pytestmark = pytest.mark.usefixtures("one_thread")

WORDS, MARK = range(3, 60), 60


def test_an_entry_goes_on_as_it_stood_in_the_list_and_only_its_name_tells_which_it_is():
    luck = random.Random(0)
    ambiguous = 0
    for _ in range(200):
        parts = list(entries(luck, WORDS, MARK))
        told = parts[0][0]
        assert all(asked[-1] == MARK for asked, _ in parts)
        rests = {}
        for asked, rest in parts:
            name = asked[-2]
            assert rests.setdefault(name, rest) == rest
            places = [at for at in range(len(told) - len(rest)) if told[at] == name]
            assert any(told[at + 1 : at + 1 + len(rest)] == rest for at in places)
        assert set(Counter(asked[-2] for asked, _ in parts).values()) == {2}
        assert not set(rests) & {word for rest in rests.values() for word in rest}
        following = {}
        for rest in rests.values():
            for one, other in pairwise(rest):
                following.setdefault(one, set()).add(other)
        ambiguous += any(len(each) > 1 for each in following.values())
    assert ambiguous > 150


def test_a_row_is_said_twice_and_none_of_its_words_comes_twice():
    for asked, rest in rows(random.Random(0), WORDS, MARK):
        assert asked[-1] == asked[0]
        assert rest == asked[1:-1]
        assert len(set(asked)) == len(asked) - 1


def test_a_page_is_one_text_that_its_policy_said():
    whole = page(rows(random.Random(0), WORDS, MARK), "small")
    (turn,) = whole.turns
    assert whole.seats[turn.agent].trainable
    assert [sample.fresh for sample in turn.samples] == [True, False, False]


@pytest.mark.timeout(300)
def test_a_reader_passes_a_gate_after_updates_in_which_a_plain_model_learns_next_to_nothing(tmp_path):
    tokenizer = small_tokenizer([" ".join(f"word{number}" for number in range(37))])

    def reached(reader, updates):
        model = small_model(len(tokenizer), 48, 2, 4, seed=0, reader=reader)
        policy = LocalPolicy(model, tokenizer, "small", tokens_per_word=1)
        learner = TorchLearner(model, tokenizer, "small", policy.publish, learning_rate=4e-3, minibatch=16)
        lesson = Lesson(gate=0.4, updates=updates, batch=16, check_every=50)
        return read(Run(tmp_path / str(reader), {}), learner, range(3, 39), 39, lesson)

    state = reached(True, 800)
    assert state["passed"]
    assert reached(False, state["updates"])["measure"] < 0.2
