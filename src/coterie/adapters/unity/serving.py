"""A Coterie world served as a Unity peer: ML-Agents' Python side sees behaviours, decision steps and terminal steps.

Every free seat is an agent, whose behaviour has the seat's name unless it shares one. It senses the seat's numeric view
and has one branch of choices: the seat's answers by number, what is not legal now masked; a seat that is asked for
numbers has continuous actions. An answer without a number, free words above all, can be given on the channel of words;
a seat that has none of these, and gets no words, does what the world declares for no answer. After an episode the next
one begins by itself, as in Unity.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from coterie.adapters.repertoires import Phrases
from coterie.adapters.spaces import creator
from coterie.adapters.table import Answer as Decided
from coterie.adapters.table import Table, Who, minds_of
from coterie.adapters.unity import words
from coterie.adapters.unity.answering import Answering, answering
from coterie.adapters.unity.build import EDITOR_PORT
from coterie.adapters.unity.channels import Post
from coterie.adapters.unity.dialling import PATIENCE_S, Dialled
from coterie.adapters.unity.protocol import Behaviour, Info, Order, Sensed
from coterie.core import Action, ConfigError, Ending, Environment, Observation, Step
from coterie.rollout.play import stream

LARGEST_SEED = 2**31
"""The protocol tells seeds as 32-bit numbers."""


def serve(
    world: str | Callable[[], Environment],
    *,
    port: int = EDITOR_PORT,
    options: Mapping[str, Any] | None = None,
    connect_s: float = 60.0,
    answer_s: float = PATIENCE_S,
    **settings: Any,
) -> int:
    """Serves a world until Python's side says stop or is gone; returns how many episodes began.

    Args:
        world: a name for `make`, or a function that makes a fresh world.
        port: where Python's side listens on this machine.
        options: settings of the world, where `world` is a name.
        connect_s: longest time until it has greeted.
        answer_s: longest time it may take for an order.
        settings: as for `Served`.

    Raises:
        ConfigError: the world does not exist, or cannot be served so.
        WorldError: nobody listens there, or it takes too long.
    """
    served = Served(creator(world, options or {}), **settings)
    with Dialled(port, served.world.id, connect_s, answer_s) as dialled:
        return served.run(dialled)


class Served:
    """A world with some seats for Python's side and minds in the others."""

    def __init__(
        self,
        create: Callable[[], Environment],
        *,
        minds: Mapping[str, Who] | None = None,
        behaviours: Mapping[str, str] | None = None,
        groups: Mapping[str, int] | None = None,
        phrases: Phrases | None = None,
        answers: Mapping[str, Sequence[Action]] | None = None,
    ) -> None:
        """Makes the world and numbers its answers, which for a large world takes a while; a menu takes none.

        Args:
            create: makes a fresh world, always with the same options.
            minds: who sits in the seats that are not for Python's side.
            behaviours: seat to the name of its behaviour, such as `{"cross": "Player?team=0", "nought":
                "Player?team=1"}` for self-play; seats of one behaviour share their numbers and must see views of one
                length.
            groups: seat to the number of its team, from 1; what all of a team are paid alike is the group's reward.
            phrases: what a seat may say by number, where speech is free.
            answers: behaviour to a menu of answers instead of all that are ever legal; an empty one: in words only.

        Raises:
            ConfigError: names that the world does not have, or seats that cannot share a behaviour.
        """
        self.world = create()
        self.minds = minds_of(minds, self.world, tuple(minds)) if minds else {}
        self.table = Table(self.world, self.minds)
        self.seats = self.table.free
        self.behaviour_of = {seat: (behaviours or {}).get(seat, seat) for seat in self.seats}
        self.groups = dict(groups or {})
        for name, given in (("behaviours", behaviours or {}), ("groups", self.groups), ("minds", self.minds)):
            if strangers := [seat for seat in given if seat not in self.world.agents]:
                raise ConfigError(f"{name} for {strangers}, expected seats of {self.world.id}: {self.world.agents}")
        self.answering: dict[str, Answering] = {}
        """Behaviour to how its seats answer."""
        self.behaviours: dict[str, Behaviour] = {}
        for name in dict.fromkeys(self.behaviour_of.values()):
            self._describe(name, create, phrases, (answers or {}).get(name))
        self.listens = self.charges = False
        self.episodes, self.next_id = 0, 0
        self.step = Step()

    def _describe(
        self, name: str, create: Callable[[], Environment], phrases: Phrases | None, menu: Sequence[Action] | None
    ) -> None:
        sharing = [seat for seat, behaviour in self.behaviour_of.items() if behaviour == name]
        self.answering[name] = answering(create, sharing, phrases, menu)
        self.behaviours[name] = self.answering[name].behaviour(name)
        if len(sharing) > 1:
            self.world.reset(0)
        lengths = {seat: len(self._sensed(seat)[0].values) for seat in sharing if len(sharing) > 1}
        if len(set(lengths.values())) > 1:
            raise ConfigError(f"behaviour {name!r} is shared by seats with views of different length: {lengths}")

    def run(self, dialled: Dialled) -> int:
        """Plays until it is told to stop; returns how many episodes began."""
        self.seed = dialled.seed
        order = dialled.order
        while not order.over and order.command != "QUIT":
            asked = words.read(order.posts, words.Asked) or words.Asked()
            self.listens = self.listens or asked.listens
            if order.command == "RESET" or not self.step.observations:
                told = self._begin(asked)
            else:
                told = self._go_on(order, asked)
            infos = self._infos()
            order = dialled.tell(infos, self.behaviours, told)
        self.table.close()
        return self.episodes

    def _begin(self, asked: words.Asked) -> tuple[Post, ...]:
        seed = stream(self.seed, "episode", self.episodes) % LARGEST_SEED if asked.seed is None else asked.seed
        self.listens, self.charges = self.listens if asked.seed is None else asked.listens, asked.charges
        self.episodes += 1
        self.ids = {seat: self.next_id + place for place, seat in enumerate(self.seats)}
        self.next_id += len(self.seats)
        self.own = dict.fromkeys(self.world.agents, 0.0)
        self.shared = dict.fromkeys(self.world.agents, 0.0)
        self.endings: dict[str, Ending] = {}
        hosted = words.Hosted(self.world.id or type(self.world).__name__, self.seats, self.world.options)
        return self._take(self.world.reset(seed) if self._as_it_is else self.table.reset(seed), hosted)

    @property
    def _as_it_is(self) -> bool:
        """Whether the world is stepped bare: its listener charges for words itself."""
        return self.charges and not self.minds

    def _go_on(self, order: Order, asked: words.Asked) -> tuple[Post, ...]:
        decided: dict[str, Decided] = {}
        for seat, said in asked.answers.items():
            decided[seat] = said.rejection or Action(said.move, said.say)
        asking: dict[str, list[str]] = {}
        for seat in self.step.observations:
            asking.setdefault(self.behaviour_of[seat], []).append(seat)
        for name, seats in asking.items():
            for seat, answer in zip(seats, order.answers.get(name, ()), strict=False):
                given = self.answering[name].decided(self.step.observations[seat].spec, answer)
                if seat not in decided and given is not None:
                    decided[seat] = given
        return self._take(self.world.step(decided) if self._as_it_is else self.table.step(decided))

    def _take(self, step: Step, hosted: words.Hosted | None = None) -> tuple[Post, ...]:
        """Books what was paid, and writes the words for who listens."""
        self.step = step
        for number in {self.groups.get(seat, 0) for seat in self.seats}:
            members = [seat for seat in self.world.agents if self.groups.get(seat, 0) == number]
            amounts = {step.rewards.get(seat, 0.0) for seat in members}
            alike = number != 0 and len(members) > 1 and len(amounts) == 1
            for seat in members:
                (self.shared if alike else self.own)[seat] += step.rewards.get(seat, 0.0)
        if not self.listens:
            return ()
        if hosted is not None:
            axes = {seat: self.world.vector(seat).axes for seat in self.seats}
            hosted = words.Hosted(hosted.id, hosted.agents, hosted.options, axes)
        return (words.post(self._told(step, hosted)),)

    def _told(self, step: Step, hosted: words.Hosted | None) -> words.Told:
        return words.Told(
            views={seat: words.view(seen, charged=not self._as_it_is) for seat, seen in step.observations.items()},
            seats={str(id): seat for seat, id in self.ids.items()} if hosted else {},
            world=hosted,
            rewards={seat: amount for seat, amount in step.rewards.items() if seat in self.ids},
            components={seat: parts for seat, parts in step.components.items() if seat in self.ids},
            endings={seat: ending for seat, ending in step.endings.items() if seat in self.ids},
            events=step.events,
            time=step.time,
        )

    def _infos(self) -> dict[str, tuple[Info, ...]]:
        """Who asks and who is done, by behaviour."""
        listed: dict[str, list[Info]] = {}
        for seat, seen in self.step.observations.items():
            listed.setdefault(self.behaviour_of[seat], []).append(self._info(seat, self._forbidden(seat, seen)))
        # Who left early is told to be done when all are: a seat may still be paid for what the others make of it.
        self.endings.update(self.step.endings)
        if not self.step.observations:
            for seat in self.seats:
                stopped = seat in self.endings and self.endings[seat].kind == "truncated"
                info = self._info(seat, (), done=True, interrupted=stopped)
                listed.setdefault(self.behaviour_of[seat], []).append(info)
        return {name: tuple(infos) for name, infos in listed.items()}

    def _info(self, seat: str, forbidden: tuple[bool, ...], done: bool = False, interrupted: bool = False) -> Info:
        own, shared = self.own[seat], self.shared[seat]
        self.own[seat] = self.shared[seat] = 0.0
        return Info(
            id=self.ids[seat],
            reward=own,
            group=self.groups.get(seat, 0),
            group_reward=shared,
            done=done,
            interrupted=interrupted,
            forbidden=forbidden,
            senses=self._sensed(seat),
        )

    def _forbidden(self, seat: str, seen: Observation) -> tuple[bool, ...]:
        return self.answering[self.behaviour_of[seat]].forbidden(seen.spec)

    def _sensed(self, seat: str) -> tuple[Sensed, ...]:
        values = np.asarray(self.world.vector(seat).values, np.float32).reshape(-1)
        return (Sensed(name="vector", values=values),)
