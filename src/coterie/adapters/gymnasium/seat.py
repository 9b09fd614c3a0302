"""One seat of a world as a Gymnasium environment."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np

from coterie.adapters.repertoires import Phrases
from coterie.adapters.spaces import Mask, Numbering, creator, numbering
from coterie.adapters.table import Answer, Table, Who, minds_of, outcome_of
from coterie.adapters.views import Acting, Card, Form, Sentences, View
from coterie.core import Action, Channel, ConfigError, Ending, Environment, Observation, Step
from coterie.policies.chat_codec import ChatCodec

_codec = ChatCodec()


class SeatEnv(gymnasium.Env[Any, Any]):
    """One seat of a world as a Gymnasium environment; minds play the others.

    Actions are numbers (see `coterie.adapters.spaces`) or text, read as a chat model's reply would be. What is not
    legal has the consequence that the world declares. The episode lasts until it is over for everybody, so that what
    the seat is paid after its own last turn is in its last reward.

    `info` holds `observation` (the whole `Observation`) while the seat is asked, `action_mask` where actions are
    numbers, `components` of the reward, and at the end `ending` (the reason) and `outcome`. What the others earned the
    seat before its first turn is no reward of an action of its own: it stands as `paid` in the info of `reset`.
    """

    def __init__(
        self,
        world: str | Callable[[], Environment],
        seat: str = "",
        others: Who | Mapping[str, Who] = "random",
        *,
        view: Form = "vector",
        actions: Acting | None = None,
        mask_in_view: bool = False,
        answers: Sequence[Action] | None = None,
        phrases: Sequence[str] = (),
        transcript: bool = False,
        characters: int = 512,
        channel: Channel | None = None,
        render_mode: str | None = None,
        **options: Any,
    ) -> None:
        """Takes a seat.

        Args:
            world: a name for `make`, or a function that makes a fresh world.
            seat: whose view and actions these are; may be left out where there is only one.
            others: who plays the other seats: a mind, a name such as `random` or `expert`, or one of these by seat.
            view: `vector` (numbers), `text`, or `bytes` (the text as a fixed-length array).
            actions: `number` or `text`; None: text where the view is text, else numbers.
            mask_in_view: makes the view a dict of `observation` and `action_mask`.
            answers: a menu of answers to number instead of all legal ones.
            phrases: what the seat may say by number where speech is free.
            transcript: whether text tells the whole episode so far instead of what is new.
            characters: how long a `bytes` view is.
            channel: what speech passes through; None: everything arrives as said.
            render_mode: None or `ansi`.
            **options: settings of the world, where `world` is a name.

        Raises:
            ConfigError: there is no such seat, or its answers cannot be numbered; the message says why.
        """
        create = creator(world, options)
        self.world = create()
        seat = seat or (self.world.agents[0] if len(self.world.agents) == 1 else "")
        if seat not in self.world.agents:
            known = ", ".join(self.world.agents)
            raise ConfigError(f"found seat {seat!r}, expected one of {known}: gymnasium.make(..., seat=...)")
        self.seat = seat
        self.metadata = {"render_modes": ["ansi"], "render_fps": 4}
        self.render_mode = render_mode
        rivals = tuple(name for name in self.world.agents if name != seat)
        self.table = Table(self.world, minds_of(others, self.world, rivals) if rivals else {}, channel)
        self.view = View(view, seat, transcript=transcript, characters=characters)
        self.numbers: Numbering | None = None
        said: Phrases = {seat: tuple(phrases)}
        if (actions or ("text" if view == "text" else "number")) == "number":
            self.numbers = numbering(create, seat, answers=answers, phrases=said)
            self.action_space = gymnasium.spaces.Discrete(len(self.numbers))
            self.all = np.ones(len(self.numbers), np.int8)
        else:
            self.action_space = Sentences()
        self.mask_in_view = mask_in_view
        self.world.reset(0)
        self.observation_space = self.view.space(self.world)
        if mask_in_view:
            if self.numbers is None:
                raise ConfigError("mask_in_view needs actions that are numbers (actions='number')")
            mask = gymnasium.spaces.Box(0, 1, (len(self.numbers),), np.int8)
            self.observation_space = gymnasium.spaces.Dict(observation=self.observation_space, action_mask=mask)
        self.seen: Observation | None = None
        self.told = Step()
        """All that happened since the seat's last action; for metrics and viewers, never for agents."""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begins the episode with this seed, or with one drawn from the last.

        An episode that ends before the seat is ever asked is no episode for it: the next seed is drawn.
        """
        super().reset(seed=seed)
        self.view.begin()
        self.told = self.table.reset(self._draw() if seed is None else seed)
        while self.seat not in self.told.observations:
            self.told = self.table.reset(self._draw())
        view, info = self._show(self.told)
        if paid := self.told.rewards.get(self.seat):
            info["paid"] = float(paid)
        return view, info

    def _draw(self) -> int:
        return int(self.np_random.integers(2**31))

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Answers for the seat and plays on until it is asked again, or the episode is over."""
        seen = self.seen
        if seen is None:
            raise ConfigError("no episode is running; call reset() first")
        answer: Answer
        if self.numbers is not None:
            answer = self.numbers.action(int(action))
        else:
            answer = _codec.parse([str(action)], seen.spec)
        if self.view.transcript and isinstance(answer, Action):
            self.view.answered(answer, seen)
        told = self.told = self.table.step({self.seat: answer})
        view, info = self._show(told)
        terminated = truncated = False
        if self.seen is None:
            kind = self.table.endings.get(self.seat, Ending("terminated", "")).kind
            terminated, truncated = kind == "terminated", kind == "truncated"
        return view, float(told.rewards.get(self.seat, 0.0)), terminated, truncated, info

    def _show(self, told: Step) -> tuple[Any, dict[str, Any]]:
        seen = self.seen = told.observations.get(self.seat)
        view = self.view.look(self.world, seen)
        info: dict[str, Any] = {}
        mask: Mask | None = None
        if self.numbers is not None:
            mask = self.all if seen is None else self.numbers.mask(seen.spec)
            info["action_mask"] = mask.copy()  # whoever gets it may write into it
        if seen is not None:
            info["observation"] = seen
        else:
            info["ending"] = self.table.endings.get(self.seat, Ending("terminated", "")).reason
            info["outcome"] = outcome_of(told)
        if told.components:
            info["components"] = told.components.get(self.seat, {})
        if self.mask_in_view and mask is not None:
            return {"observation": view, "action_mask": mask.copy()}, info
        return view, info

    def numbers_of(self, agent: str = "") -> Numbering | None:
        """The numbers of the answers; None where actions are text."""
        return self.numbers

    def card(self) -> Card:
        """What somebody who learned here must know to take the seat elsewhere."""
        if self.numbers is None:
            raise ConfigError("text actions have no card; use actions='number'")
        return self.view.card(self.world, self.numbers.answers, self.mask_in_view)

    def action_masks(self) -> Any:
        """What is legal now, as sb3-contrib asks for it."""
        if self.numbers is None:
            raise ConfigError("text actions have no mask; use actions='number'")
        return (self.all if self.seen is None else self.numbers.mask(self.seen.spec)).astype(bool)

    def render(self) -> Any:
        """The seat's view as a drawing in letters, or in words."""
        if self.render_mode is None or self.seen is None:
            return None if self.render_mode is None else ""
        return self.world.sketch(self.seen) or self.seen.text

    def close(self) -> None:
        """Sends the other players home."""
        self.table.close()
