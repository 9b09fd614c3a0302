"""Kitchen: two cooks share a kitchen too small for two, and cook as many soups as they can before it closes.

`blue` and `green` move at the same time, one step each: north, south, east, west, stay, interact. Who walks against
something only turns to face it; nobody enters a cell that the other is in, and two who would meet or swap both stay.
`interact` uses what one faces: take an onion, tomato or dish from where they are kept; put something down on an empty
counter, or pick it up; put an ingredient in a pot that is not cooking (it holds three); with empty hands, start a pot;
with a dish, take the soup when it is ready; serve it. Every soup that is ordered pays both the same. All `interact` of
a step come before all moves, those of blue before those of green. Both see the whole kitchen, and may speak with every
step; what is said is heard before the next.

The layouts are those of Overcooked-AI 1.1.0 (https://github.com/HumanCompatibleAI/overcooked_ai), and so are the rules
and the rewards: `cramped_room` (everybody is in the way), `asymmetric_advantages` (each is near to something else),
`coordination_ring` (all must go round the same way), `forced_coordination` (nobody can cook alone), `counter_circuit`
(things go over the counter; soups of onions and tomatoes, cooking 15 steps an onion and 7 a tomato, that pay 34 to 68)
and `counter_circuit_o_1order`. But for that one layout the order is three onions, which cook 20 steps and pay 20.
Source: M. Carroll and others, On the Utility of Learning about Humans for Human-AI Coordination (2019).

The kitchen closes after `horizon` steps. Who gives no accepted answer stays.
"""

from collections.abc import Mapping

from coterie.core import (
    Action,
    ActionSpec,
    Array,
    Choice,
    Ending,
    Environment,
    Event,
    Json,
    Message,
    Observation,
    Script,
    Speech,
    Step,
    Subgoal,
    spoken,
)
from coterie.environments.text.cooperation.kitchen_experts import Cook
from coterie.environments.text.cooperation.kitchen_layouts import LAYOUTS, MOVES
from coterie.environments.text.cooperation.kitchen_rules import COOKS, Kitchen
from coterie.environments.text.cooperation.kitchen_views import (
    map_text,
    other_text,
    own_text,
    picture,
    place_text,
    vector,
    view,
)

BLUE, GREEN = COOKS
HEARERS = {BLUE: (GREEN,), GREEN: (BLUE,)}
STAGES = {
    "potted": "ingredient in a pot",
    "started": "soup cooking",
    "plated": "soup on a dish",
    "served": "soup served",
}
"""The parts of the task, by the kind of event that reaches them."""
CLOSED = Ending("truncated", "the kitchen closes")


class KitchenWorld(Environment):
    """A kitchen for two; `layout` says how much they need each other."""

    id = "kitchen-v1"
    application = "cooperation"
    purpose = "teamwork at close quarters: sharing work, space and tools (the Overcooked layouts)"
    timing = "simultaneous"
    talk = "possible"
    agents = COOKS

    def __init__(
        self, layout: str = "cramped_room", horizon: int = 100, max_words: int = 6, shaping: float = 0.0
    ) -> None:
        """Chooses the kitchen.

        Args:
            layout: one of the published kitchens, named in the rules.
            horizon: steps until the kitchen closes; published scores are for 400, and 40 are enough for a first soup.
            max_words: most words in one utterance; 0: nobody can speak.
            shaping: how much of the published shaped reward is paid (3 to pot, 3 for a dish in time, 5 to plate).
        """
        if layout not in LAYOUTS:
            raise ValueError(f"layout={layout!r}, expected one of {', '.join(LAYOUTS)}")
        if horizon < 1 or max_words < 0 or shaping < 0:
            raise ValueError(f"horizon={horizon}, max_words={max_words}, shaping={shaping}: expected >= 1, >= 0, >= 0")
        self.layout, self.horizon, self.shaping = LAYOUTS[layout], horizon, shaping
        speech = Speech(max_words=max_words) if max_words else None
        self.spec = ActionSpec(move=Choice(MOVES), speech=speech, fallback=Action("stay"))

    def begin(self) -> Step:
        """Opens the kitchen."""
        self.kitchen = Kitchen(self.layout)
        self.clock, self.soups, self.score = 0, 0, 0
        self.stages = {name: Subgoal(False, 0.25) for name in STAGES.values()}
        self.shown = view(self.kitchen)
        texts = {}
        for place, cook in enumerate(COOKS):
            seen = f"{own_text(self.kitchen, place)} {other_text(self.kitchen, 1 - place)}"
            texts[cook] = f"you {cook} {map_text(self.layout)} {seen}"
        return Step(observations=self._observations(texts, ()))

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """One step of both cooks and of the pots."""
        blue, green = actions[BLUE], actions[GREEN]
        heard = tuple(spoken(actions, HEARERS, float(self.clock))) if blue.say or green.say else ()
        kitchen = self.kitchen
        kitchen.step((str(blue.move), str(green.move)))
        self.clock += 1
        events = tuple(kitchen.events)
        if events:
            self._note(events)
        rewards, components = self._pay() if kitchen.paid or any(kitchen.shaped) else ({}, {})
        if self.clock < self.horizon:
            return Step(
                observations=self._observations(self._news(), heard),
                rewards=rewards,
                components=components,
                events=events,
                time=float(self.clock),
            )
        outcome = {"success": self.score > 0, "score": self.score, "soups": self.soups, "steps": self.clock}
        return Step(
            rewards=rewards,
            components=components,
            endings=dict.fromkeys(COOKS, CLOSED),
            events=(*events, Event("outcome", None, outcome)),
            time=float(self.clock),
        )

    def _note(self, events: tuple[Event, ...]) -> None:
        """Keeps the count of soups, and the parts of the task that are reached."""
        for event in events:
            name = STAGES.get(event.kind)
            if event.kind == "served":
                self.score += event.data["pays"]
                self.soups += event.data["pays"] > 0
                name = name if event.data["pays"] else None
            if name is not None and not self.stages[name].done:
                self.stages = {**self.stages, name: Subgoal(True, 0.25, event.agent)}

    def _pay(self) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
        """The soups pay both, the shaping whom it is for."""
        parts = {cook: {"soups": float(self.kitchen.paid)} for cook in COOKS}
        if self.shaping:
            for cook, shaped in zip(COOKS, self.kitchen.shaped, strict=True):
                parts[cook]["shaping"] = self.shaping * shaped
        return {cook: sum(paid.values()) for cook, paid in parts.items()}, parts

    def _observations(self, texts: dict[str, str], heard: tuple[Message, ...]) -> dict[str, Observation]:
        """The data are the complete view, the same for both; the text is only what is new."""
        budget: dict[str, float] = {"steps": self.horizon - self.clock}
        return {
            cook: Observation(
                self.spec,
                text,
                {"you": cook, **self.shown},
                tuple(message for message in heard if cook in message.audience) if heard else (),
                budget=budget,
            )
            for cook, text in texts.items()
        }

    def _news(self) -> dict[str, str]:
        """Own place always; of the other cook, the pots and the counters what has changed."""
        kitchen, before = self.kitchen, self.shown["cooks"]
        self.shown = view(kitchen)
        after = self.shown["cooks"]
        news = {place: f" {place_text(kitchen, place)}" for place in kitchen.changed}
        served = f" served pays {kitchen.paid}" if kitchen.paid else ""
        texts = {}
        for place, cook in enumerate(COOKS):
            other = COOKS[1 - place]
            seen = f" {other_text(kitchen, 1 - place)}" if before[other] != after[other] else ""
            if news:
                # What is in front of it, a cook is told in any case.
                ahead = self.layout.ahead[kitchen.at[place]][kitchen.facing[place]]
                seen += "".join(text for changed, text in news.items() if changed != ahead)
            texts[cook] = f"{own_text(kitchen, place)}{seen}{served}"
        return texts

    def subgoals(self) -> dict[str, Subgoal]:
        """A quarter each for an ingredient in a pot, a soup cooking, plated and served, the first time it happens."""
        return self.stages

    def sketch(self, seen: Observation) -> str:
        """The kitchen as it was published: X counter, O onions, T tomatoes, D dishes, P pot, S serving; B, G cooks."""
        return picture(self.layout, seen.data)

    def state(self) -> dict[str, Json]:
        """The whole kitchen; the map itself is the layout's."""
        return {**view(self.kitchen), "score": self.score}

    def vector(self, agent: str) -> Array:
        """Both cooks, own first, the ways to everything, and the pots; the same length in every layout."""
        return vector(self.kitchen, COOKS.index(agent), 1 - self.clock / self.horizon)

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A cook that plans for both and does its own part."""
        return Cook(self.layout, agent, seed)
