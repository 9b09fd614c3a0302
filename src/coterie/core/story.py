"""A world written as one generator that yields Steps and receives actions."""

import copy
from abc import abstractmethod
from collections.abc import Generator, Mapping

from coterie.core.action import Action, Rejection
from coterie.core.chance import Chance
from coterie.core.environment import Environment, Snapshot
from coterie.core.step import Step


class Story(Environment):
    """A world that reads best as a script: `story` yields Steps, receives actions, and returns the last Step.

    It is snapshotted by its luck and actions and restored by replaying them.
    """

    _told_by: Generator[Step, Mapping[str, Action], Step]
    _answers: list[Mapping[str, Action | Rejection]]

    @abstractmethod
    def story(self) -> Generator[Step, Mapping[str, Action], Step]:
        """Tells one episode: `actions = yield Step(...)`, and at the end `return Step(...)`."""

    def begin(self) -> Step:
        """Opens the story."""
        self._answers = []
        self._told_by = self.story()
        return next(self._told_by)

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """Goes on to the next Step of the story."""
        try:
            return self._told_by.send(actions)
        except StopIteration as end:
            last: Step = end.value
            return last

    def step(self, actions: Mapping[str, Action | Rejection]) -> Step:
        """Takes one action from every agent that was shown an observation, and says what happened."""
        if self._waiting:
            self._answers.append(dict(actions))
        return super().step(actions)

    def snapshot(self) -> Snapshot:
        """Returns the luck and the answers so far."""
        outcomes = [index for _, index, _ in self.chance.drawn]
        return Snapshot((self.seed, copy.deepcopy(self.chance), outcomes, list(self._answers)))

    def restore(self, snapshot: Snapshot) -> None:
        """Tells the story again up to the snapshot."""
        seed, chance, outcomes, answers = snapshot.state
        self.reset(seed, Chance(seed, script=outcomes))
        for actions in answers:
            self.step(actions)
        self.chance = copy.deepcopy(chance)
