"""Reading: a small model from scratch learns to go on with words that stood further up, whichever they are.

A small model that imitates at once learns by heart what is the same in all demonstrations, and never to look up what is
new. Pages of random words leave nothing to know by heart. Best with `small_model(..., reader=True)`, which finds what
followed a word after some hundred updates.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from coterie.algorithms import Imitation
from coterie.core import ActionSpec, Episode, Json, Observation, Sample, Seat, Turn
from coterie.training.imitate import Lesson, imitate
from coterie.training.run import Run

if TYPE_CHECKING:
    from coterie.learners.torch import TorchLearner

Part = tuple[tuple[int, ...], tuple[int, ...]]
"""Tokens of a page that are read, and those after them that are to be foretold."""
UNSEEN = 32
"""Pages that the gate is measured on."""


def read(
    run: Run,
    learner: "TorchLearner",
    words: range,
    mark: int,
    lesson: Lesson,
    *,
    pages: int = 9600,
    stage: str = "reading",
    seed: int = 0,
    progress: Callable[[Mapping[str, Json]], None] | None = None,
) -> dict[str, Json]:
    """Teaches a model to look up words and returns what was reached, as `imitate` does.

    The gate's measure is the mean probability of the last words of entries on pages that are not learned from: the
    words for which one must look furthest back.

    Args:
        run: where progress and weights are written.
        learner: of the model.
        words: the tokens that pages are made of; at least 26.
        mark: the token that ends a question, as in the prompts that come later.
        lesson: how long, and the gate.
        pages: how many are learned from.
        stage: names this lesson within the run.
        seed: of the pages and their order.
        progress: hears every logged line.
    """
    from coterie.learners.batch import sequences

    luck, algorithm, policy = random.Random(seed), Imitation(), learner.policy
    unseen = [page(_last_words(entries(luck, words, mark)), policy) for _ in range(UNSEEN)]
    learned = [page(luck.choice((rows, entries))(luck, words, mark), policy) for _ in range(pages)]

    def probability() -> float:
        lines = sequences(unseen, algorithm.credit(unseen), policy)
        return float(learner.measure(learner.collate(lines)).log_probs_N.detach().exp().mean())

    return imitate(run, learner, learned, lesson, probability, stage=stage, seed=seed, progress=progress)


def rows(luck: random.Random, words: range, mark: int) -> Iterator[Part]:
    """Rows of 8 to 16 different words, each said twice: one word tells the next."""
    for _ in range(3):
        row = tuple(luck.sample(words, luck.randint(8, 16)))
        yield (*row, row[0]), row[1:]


def entries(luck: random.Random, words: range, mark: int) -> Iterator[Part]:
    """A list of three to five entries made of few words, each asked for twice by its name and the mark.

    Only the name, up to six words before, tells how an entry goes on: its other words stand in other entries too.
    """
    count = luck.randint(3, 5)
    drawn = luck.sample(words, count + luck.randint(6, 12))
    names, few = drawn[:count], drawn[count:]
    told = [
        ((luck.choice(few), name)[luck.random() < 0.3 :], tuple(luck.choices(few, k=luck.randint(2, 5))))
        for name in names
    ]
    before = (*(word for name, rest in told for word in name + rest), *luck.sample(words, luck.randint(0, 12)))
    for name, rest in luck.sample(told, count) + luck.sample(told, count):
        yield (*before, *luck.choices(words, k=luck.randint(0, 4)), *name, mark), rest
        before = ()


def page(parts: Iterable[Part], policy: str) -> Episode:
    """A page as an episode that a policy has said, so that whatever learns from episodes can learn from it."""
    samples = tuple(
        Sample("", policy, prompt_ids=asked, token_ids=rest, fresh=not number)
        for number, (asked, rest) in enumerate(parts)
    )
    turn = Turn("reader", 0, Observation(ActionSpec(None)), samples=samples)
    return Episode(environment="page", seed=0, seats={"reader": Seat(policy, policy, trainable=True)}, turns=(turn,))


def _last_words(parts: Iterable[Part]) -> Iterator[Part]:
    """The same page, of which only the last word of every part is to be foretold."""
    for asked, rest in parts:
        yield (*asked, *rest[:-1]), rest[-1:]
