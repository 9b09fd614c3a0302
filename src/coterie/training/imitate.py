"""Learning from demonstrations until a measured gate is passed."""

import random
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec

from coterie.algorithms import Imitation
from coterie.core import Episode, Json, Learner
from coterie.training.run import Run


class Lesson(msgspec.Struct, frozen=True):
    """How long imitation may take, and when it is done."""

    gate: float = 0.9
    """The measure at which the craft counts as mastered."""
    updates: int = 1000
    """Most optimiser steps; a lesson that ends here has failed its gate, and says so."""
    batch: int = 16
    """Episodes in one step."""
    check_every: int = 40


def imitate(
    run: Run,
    learner: Learner,
    demonstrations: Sequence[Episode],
    lesson: Lesson,
    check: Callable[[], float],
    *,
    stage: str,
    seed: int = 0,
    progress: Callable[[Mapping[str, Json]], None] | None = None,
) -> dict[str, Json]:
    """Imitates until `check` returns the gate's measure, and returns what was reached.

    The result has `passed`, the `measure` at the end and the number of `updates`; a run that was interrupted after the
    lesson finds its weights again, one interrupted within it starts the lesson anew.
    """
    state = run.load(stage, [learner])
    if state is not None:
        return state
    run.forget(stage, -1)
    algorithm, luck = Imitation(), random.Random(seed)
    order: list[int] = []
    measure, started = 0.0, time.perf_counter()
    updates = 0
    while updates < lesson.updates:
        if len(order) < lesson.batch:
            order = luck.sample(range(len(demonstrations)), len(demonstrations))
        batch = [demonstrations[order.pop()] for _ in range(min(lesson.batch, len(order)))]
        statistics = learner.update(batch, algorithm.credit(batch), algorithm)
        updates += 1
        if updates % lesson.check_every and updates < lesson.updates:
            continue
        measure = check()
        line = {"stage": stage, "iteration": updates, "loss": statistics["loss"], "measure": measure}
        line["seconds"] = round(time.perf_counter() - started, 2)
        run.log(line)
        if progress:
            progress(line)
        if measure >= lesson.gate:
            break
    state = {"passed": measure >= lesson.gate, "measure": measure, "updates": updates}
    run.save(stage, updates, [learner], state)
    return state
