"""Market: a team with a shopping list buys everything once, as cheaply as it can, from shopkeepers who bargain.

The buyers share a list; each has a purse of its own, which only it knows. Signs tell what a stall sells; what it still
has, what it costs, and for how little it can be had, only its shopkeeper knows. Shopkeepers answer what is said to them
from near by: `ask for bread`, `offer 5 for bread`, `deal`. They accept an offer that covers their cost, lose patience
with offers that do not, and then their price is firm. A telephone joins the buyers: who found what, and who buys what.
A good that two buy is paid twice and is worth no more. Done when everything on the list is bought.
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import ClassVar, Unpack

import msgspec

from coterie.core import Action, ActionSpec, Choice, Event, Json, Script, Step, Subgoal
from coterie.environments.hybrid import market_expert
from coterie.environments.hybrid.keepers import DEAL, claims, draw_keepers
from coterie.environments.hybrid.market_plans import most_gain, shopping_s
from coterie.environments.virtual import perception
from coterie.environments.virtual.agenda import Hearing
from coterie.environments.virtual.hearing import WORD_TICKS, Wire
from coterie.environments.virtual.places.market import KEEPERS, hall, lettered, streets
from coterie.environments.virtual.settings import CommonSettings, Settings
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.tasks.house_rooms import SEATS, said_list
from coterie.environments.virtual.world import VirtualWorld

GOODS = ("bread", "cheese", "fish", "honey", "soap", "rope")
WORTH = 20
"""What each good on the list is worth to the team; no price is higher."""
PURSE = 10
"""Least money of a buyer for every good that falls to it; a purse holds up to 4 more."""
EARSHOT = 3.0
"""From how far a shopkeeper can be talked to, metres."""


class Market(VirtualWorld):
    """Find out who sells what, bargain, and buy everything on the list once."""

    id: ClassVar[str] = "market-v1"
    application: ClassVar[str] = "hybrid"
    purpose: ClassVar[str] = "shopping as a team: ask, compare, bargain with shopkeepers, and agree who buys what"

    def __init__(
        self,
        agents: int = 2,
        goods: int = 2,
        stalls: int = 3,
        size: float = 0.0,
        max_words: int = 8,
        word_price: float = 0.0,
        limit_s: float | None = None,
        **settings: Unpack[CommonSettings],
    ) -> None:
        """Makes the world.

        Args:
            agents: how many buyers, 2 to 8.
            goods: how many are on the list, 1 to 6.
            stalls: how many shopkeepers, 1 to 8; in a town as many as fit.
            size: 0: one market hall; else the side of a town with shops, metres, 60 to 200.
            max_words: most words said at once.
            word_price: what a word on the telephone costs its speaker.
            limit_s: simulated seconds after which the episode ends; null: enough, for each good that falls to a buyer
                5 at every stall and 15 more, at least 30; in a town a second for every metre of its side, for each
                stall (all, where nobody speaks) and each good that falls to a buyer.
            settings: `view`, `physics` and `tier`, as in all virtual worlds (`virtual.settings.Settings`).

        Raises:
            ValueError: a number is out of its range.
        """
        sized = size == 0 or 60 <= size <= 200
        if not (2 <= agents <= len(SEATS) and 1 <= goods <= len(GOODS) and 1 <= stalls <= len(KEEPERS) and sized):
            raise ValueError(
                f"agents={agents}, goods={goods}, stalls={stalls}, size={size}; expected 2 to 8 agents, 1 to 6 goods, "
                "1 to 8 stalls, size 0 (a hall) or 60 to 200 m"
            )
        if limit_s is None:
            share, asking = ceil(goods / agents), agents if max_words else 1
            limit_s = max(30.0, 5.0 * share * (stalls + 3)) + size * (ceil(stalls / asking) + share)
        self.agents = SEATS[:agents]
        wires = {"phone": Wire(self.agents, word_price)}
        super().__init__(Settings(limit_s=limit_s, max_words=max_words, voices=("talk",), wires=wires, **settings))
        self.goods, self.stalls, self.size = GOODS[:goods], stalls, size

    def build(self) -> Scene:
        """Draws the stalls with their secrets, and the purses."""
        count, size = len(self.agents), self.size
        scene, stalls = streets(self.chance, size, self.stalls, 2 * count) if size else hall(self.stalls, count)
        self.stands = stalls
        self.signs = {stall.keeper: stall.sign for stall in stalls}
        self.keepers = draw_keepers(self.chance, list(self.signs), self.goods)
        fewest = PURSE * -(-len(self.goods) // count)
        self.purses = {agent: self.chance.draw(f"purse of {agent}", range(fewest, fewest + 5)) for agent in self.agents}
        keepers = self.keepers.values()
        cheapest = [min(each.wares[good].cost for each in keepers if each.has(good)) for good in self.goods]
        self.best = most_gain(cheapest, list(self.purses.values()), WORTH)
        self.bought: dict[str, list[str]] = {agent: [] for agent in self.agents}
        self.gain, self.went_to = 0, dict[str, str]()
        self.spots = self.chance.sample("start", scene.starts, count) if size else list(scene.starts)
        texts = {
            self.signs[name]: f"{name} sells {' and '.join(keeper.wares) or 'nothing today'}"
            for name, keeper in self.keepers.items()
        }
        return lettered(scene, texts)

    def enter(self) -> None:
        """Lets the buyers in; they know where the shopkeepers are."""
        simulation = self.simulation
        for agent, spot in zip(self.agents, self.spots, strict=True):
            simulation.join(agent, spot, 0.0)
            simulation.memory[agent].update({name: simulation.things.position(name) for name in self.keepers})
        self.home = {agent: simulation.place_of(agent) for agent in self.agents}
        sells = {
            name: [number for number, good in enumerate(self.goods) if keeper.has(good)]
            for name, keeper in self.keepers.items()
        }
        fronts = {stall.keeper: stall.front for stall in self.stands}
        self.shortest = round(shopping_s(simulation, self.spots, fronts, sells, len(self.goods), EARSHOT), 1)

    def introduce(self, agent: str) -> str:
        """The list, the purse, the shopkeepers and what they understand."""
        others = [other for other in self.agents if other != agent]
        return (
            f"you are {agent} , shop with {said_list(others)} , a phone joins you\n"
            f"buy each once between you all : {said_list(self.goods)} . each is worth {WORTH}\n"
            f"your purse holds {self.purses[agent]}\n"
            f"shopkeepers : {said_list(tuple(self.keepers))}\n"
            "near a shopkeeper say ask for bread , offer 5 for bread , deal"
        )

    def private(self, agent: str) -> dict[str, Json]:
        """Its purse, what it bought and whom it stands before; once the list, where it came in, and all signs."""
        purse, bought = self.purses[agent], list(self.bought[agent])
        now: dict[str, Json] = {"purse": purse, "bought": bought, "counter": self.counter(agent)}
        once = {"list": list(self.goods), "home": self.home[agent], "signs": dict(self.signs)}
        return now if agent in self._introduced else {**now, **once}

    def places(self, agent: str) -> tuple[str, ...]:
        """Where it came in, and the shops of a town."""
        places = self.simulation.layout.places
        return (self.home[agent], *(name for name in places if places[name].kind == "shop"))

    def counter(self, agent: str) -> str:
        """The shopkeeper that an agent talks to: in its room, in earshot, in sight; whom it went to, or the nearest."""
        simulation = self.simulation
        near = [
            (name != self.went_to.get(agent), simulation.distance(agent, name), name)
            for name in self.keepers
            if simulation.distance(agent, name) <= EARSHOT
            and simulation.navigator.place_of(simulation.things.position(name)) == simulation.place_of(agent)
            and simulation.sees(agent, name)
        ]
        return min(near)[2] if near else ""

    def sentences(self, agent: str) -> list[str]:
        """What is listed to say to the shopkeeper at hand: questions, and offers for goods whose price it has named."""
        keeper = self.keepers.get(self.counter(agent))
        if keeper is None or self.simulation.speaking[agent] > self.simulation.ticks:
            return []
        named = keeper.named.get(agent, [])
        offers = [
            f"offer {price} for {good}"
            for good in sorted(named)
            for price in range(1, min(keeper.wares[good].price, self.purses[agent] + 1))
        ]
        return [f"ask for {good}" for good in self.goods] + offers + ([DEAL] if named else [])

    def _spec(self, agent: str, seen: list[perception.Sight]) -> ActionSpec:
        """What can be said to a shopkeeper is listed as well."""
        spec = super()._spec(agent, seen)
        if isinstance(spec.move, Choice) and (sentences := self.sentences(agent)):
            spec = msgspec.structs.replace(spec, move=Choice((*spec.move.options, *sentences)))
        return spec

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """A listed sentence is said to the shopkeeper and to nobody else; it takes the time of its words."""
        simulation = self.simulation
        for agent, action in actions.items():
            sentence = str(action.move)
            if sentence in self.sentences(agent):
                said = simulation.speaking[agent] = simulation.ticks + WORD_TICKS * len(sentence.split())
                self.agenda.hearings.append(Hearing(said, agent, self.counter(agent), sentence))
                actions = {**actions, agent: msgspec.structs.replace(action, move="say")}
        return super().advance(actions)

    def addressed(self, agent: str, thing: str, text: str) -> None:
        """Lets the shopkeeper at hand answer."""
        if agent not in self.simulation.present or thing != self.counter(agent):
            return
        reply = self.keepers[thing].answer(agent, text, self.purses[agent])
        if reply is None:
            return
        facts = {"used": [f"{reply.good} at {thing}"]} if reply.kind in ("refused", "sold") else {}
        self.simulation.tell("bargained", agent, name=thing, asked=text, text=reply.text, **facts)
        self.inform(agent, f"{thing} : {reply.text}")
        if reply.kind == "sold":
            self._sell(agent, reply.good, reply.price)

    def _sell(self, agent: str, good: str, price: int) -> None:
        """Books a purchase; what another has bought before is worth nothing more."""
        first = not any(good in each for each in self.bought.values())
        self.purses[agent] -= price
        self.bought[agent].append(good)
        self.gain += WORTH * first - price
        for buyer in self.agents:
            if first:
                self.pay(buyer, "bought", WORTH / self.best)
            self.pay(buyer, "paid", -price / self.best)
        self.simulation.tell("sold", agent, name=good, price=price, first=first, made=[f"{good} bought"])

    def happened(self, events: Sequence[Event]) -> None:
        """Notes whom buyers walk up to, and whether what they tell each other of prices is true."""
        for event in events:
            goal = str(event.data.get("command", "")).removeprefix("go to ")
            if event.kind == "did" and event.agent is not None and goal in self.keepers:
                self.went_to[event.agent] = goal
            if event.kind == "said":
                for keeper, good, claimed, true in claims(str(event.data["text"]), self.keepers):
                    fact = f"{good} at {keeper}"
                    self.simulation.tell("told", event.agent, about=fact, claimed=claimed, true=true, made=[fact])

    def over(self) -> str | None:
        """Over when everything on the list is bought."""
        return "all bought" if self._missing() == [] else None

    def _missing(self) -> list[str]:
        had = {good for goods in self.bought.values() for good in goods}
        return [good for good in self.goods if good not in had]

    def outcome(self, reason: str) -> dict[str, Json]:
        """What the team gained over the most it could have gained, and the least time to buy everything."""
        return {
            "success": reason == "all bought",
            "score": round(self.gain / self.best, 4),
            "bought": len(self.goods) - len(self._missing()),
            "best gain": self.best,
            "gain": self.gain,
            "shortest": self.shortest,
        }

    def subgoals(self) -> dict[str, Subgoal]:
        """Everything on the list."""
        by = {good: agent for agent, goods in reversed(self.bought.items()) for good in goods}
        return {f"{good} bought": Subgoal(good in by, 1.0 / len(self.goods), by.get(good)) for good in self.goods}

    def expert(self, agent: str, seed: int = 0) -> Script:
        """Asks its share of the shopkeepers, tells the others, and buys what falls to it."""
        return market_expert.script(agent, self.agents, self.settings.max_words)
