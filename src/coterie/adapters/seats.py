"""Shared by the bridges to many seats: the views of the free seats, and their answers as numbers or text."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np

from coterie.adapters.episodes import Episodes
from coterie.adapters.repertoires import Phrases
from coterie.adapters.spaces import Numbering, creator, numbering
from coterie.adapters.table import Answer, Who
from coterie.adapters.views import Acting, Form, Sentences, View
from coterie.core import Action, Channel, ConfigError, Environment, Observation, Rejection, Step
from coterie.policies.chat_codec import ChatCodec

_codec = ChatCodec()
WAITED = Rejection("illegal", "it waited, although it was asked")


class Seats(Episodes):
    """Episodes with a view of each free seat, and with its answers as numbers or text."""

    def __init__(
        self,
        world: str | Callable[[], Environment],
        *,
        waits: bool,
        view: Form = "vector",
        actions: Acting | None = None,
        mask_in_view: bool = False,
        named: str = "observation",
        alike: bool = False,
        minds: Mapping[str, Who] | None = None,
        answers: Mapping[str, Sequence[Action]] | None = None,
        phrases: Phrases | None = None,
        transcript: bool = False,
        characters: int = 512,
        channel: Channel | None = None,
        max_cycles: int | None = None,
        **options: Any,
    ) -> None:
        """Makes the world.

        `waits` says whether all act at every step, so that there must be an action for waiting; `named` what the view
        is called beside the mask that is in it.
        """
        create = creator(world, options)
        super().__init__(create(), minds=minds, phrases=phrases, channel=channel, max_cycles=max_cycles)
        if strangers := [seat for seat in answers or () if seat not in self.free]:
            raise ConfigError(f"{self.world.id} has no free seat {strangers[0]!r}; they are {', '.join(self.free)}")
        self.waits, self.named = waits, named
        self.world.reset(0)
        padded = max(len(self.world.vector(seat).values) for seat in self.free) if alike and view == "vector" else 0
        marks = self.free if alike else ()
        self.views = {
            seat: View(view, seat, transcript=transcript, characters=characters, length=padded, seats=marks)
            for seat in self.free
        }
        self.remembers = transcript
        self.numbers: dict[str, Numbering] = {}
        self.menus: dict[str, dict[int, Answer]] = {}
        self.masks_of_waiting: dict[str, Any] = {}
        self.observation_spaces: dict[str, gymnasium.Space[Any]] = {}
        self.action_spaces: dict[str, gymnasium.Space[Any]] = {}
        by_number = (actions or ("text" if view == "text" else "number")) == "number"
        if mask_in_view and not by_number:
            raise ConfigError("mask_in_view needs actions that are numbers (actions='number')")
        self.mask_in_view = mask_in_view
        for seat in self.free:
            space = self.views[seat].space(self.world)
            self.action_spaces[seat] = Sentences()
            if by_number:
                menu = (answers or {}).get(seat)
                numbers = numbering(create, self.free if alike else seat, answers=menu, phrases=phrases)
                self.numbers[seat] = numbers
                count = len(numbers) + waits
                self.action_spaces[seat] = gymnasium.spaces.Discrete(count)
                waiting = np.ones(count, np.int8)
                if waits:
                    waiting[:-1] = 0
                self.masks_of_waiting[seat] = waiting
                self.menus[seat] = {**dict(enumerate(numbers.answers)), **({len(numbers): WAITED} if waits else {})}
                if mask_in_view:
                    mask = gymnasium.spaces.Box(0, 1, (count,), np.int8)
                    space = gymnasium.spaces.Dict({named: space, "action_mask": mask})
            self.observation_spaces[seat] = space
        self.plain = view == "vector" and not (alike or mask_in_view)
        self.plain = self.plain and all(self.world.vector(seat).values.dtype == np.float32 for seat in self.free)

    def begin(self, seed: int | None) -> Step:
        """Starts an episode with this seed, or with one drawn from the last."""
        if self.remembers:
            for view in self.views.values():
                view.begin()
        return super().begin(seed)

    def answer(self, seat: str, action: Any, seen: Observation) -> Answer:
        """What an action means to the world."""
        if self.menus:
            answer = self.menus[seat].get(int(action)) or self.numbers[seat].action(int(action))
        else:
            answer = _codec.parse([str(action)], seen.spec)
        if self.remembers and isinstance(answer, Action):
            self.views[seat].answered(answer, seen)
        return answer

    def look(self, seat: str) -> Any:
        """What a seat sees now, with its mask where that belongs to the view."""
        if self.plain:  # as its view would show it, in a third of the time
            return self.world.vector(seat).values
        seen = None if self.over else self.told.observations.get(seat)
        view = self.views[seat].look(self.world, seen)
        return {self.named: view, "action_mask": self._mask(seat, seen)} if self.mask_in_view else view

    def answers(self, actions: Mapping[str, Any]) -> dict[str, Answer]:
        """What the actions of those who were asked mean to the world."""
        if self.remembers or not self.menus:
            return super().answers(actions)
        menus = self.menus
        given: dict[str, Answer] = {}
        for seat, action in actions.items():
            given[seat] = menus[seat].get(int(action)) or self.numbers[seat].action(int(action))
        return given

    def looks(self) -> dict[str, Any]:
        """What the free seats see that are asked now."""
        if not self.plain:
            return super().looks()
        vector = self.world.vector
        views: dict[str, Any] = {}
        for seat in self.told.observations:
            if seat in self.views:
                views[seat] = vector(seat).values
        return views

    def show(self, seat: str) -> tuple[Any, dict[str, Any]]:
        """What a seat sees now, and its info."""
        view = self.look(seat)
        info: dict[str, Any] = {}
        seen = None if self.over else self.told.observations.get(seat)
        if seen is not None:
            info["observation"] = seen
        if self.told.components:
            info["components"] = self.told.components.get(seat, {})
        if self.over:
            info |= self.closing(seat)
        if self.numbers:
            info["action_mask"] = self._mask(seat, seen)
        return view, info

    def _mask(self, seat: str, seen: Observation | None) -> Any:
        """A fresh mask; who waits has one action, and at the end of a form without waiting anything goes."""
        waiting = self.masks_of_waiting[seat]
        if seen is None:
            return waiting.copy()
        mask = np.zeros(len(waiting), np.int8)
        legal = self.numbers[seat].mask(seen.spec)
        mask[: len(legal)] = legal
        return mask
