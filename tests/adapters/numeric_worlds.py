"""Where seats are asked for numbers: a world of ours, and a peer that plays the part of a Unity build.

In `Auction` a bidder names a price and what it wants, a dial turns by a number alone; the bounds of the price, and what
may be wanted, change. A `Drone` flies by two continuous actions and nothing else, several to a build.
"""

import numpy as np

from coterie.adapters.unity import Behaviour, Info, Sensed
from coterie.core import Action, ActionSpec, Array, Choice, Ending, Environment, Form, Number, Observation, Step

WANTED = ("apple", "pear", "plum")
ROUNDS = 4
DRONE = Behaviour(name="Drone?team=0", continuous=2)
FLIGHT = 5
"""Steps of an episode of the drones."""


class Auction(Environment):
    """The bidder is paid what it has left, the dial how far it turned; every other round there are no pears."""

    id = "auction-v1"
    application = "games"
    purpose = "numbers as moves"
    agents = ("bidder", "dial")

    def begin(self):
        self.round, self.left, self.angle = 0, 10.0 + self.chance.draw("more", (0, 1, 2)), 0.0
        return self.ask({})

    def advance(self, actions):
        bid, turn = actions["bidder"].move, actions["dial"].move
        self.round, self.angle = self.round + 1, self.angle + turn
        self.left -= bid["price"] + 0.1 * bid["pieces"] + 0.01 * WANTED.index(bid["what"])
        return self.ask({"bidder": self.left, "dial": turn})

    def ask(self, rewards):
        if self.round == ROUNDS:
            over = Ending("truncated", "sold out")
            return Step(rewards=rewards, endings=dict.fromkeys(self.agents, over), time=self.round)
        what = WANTED if self.round % 2 == 0 else (WANTED[2], WANTED[0])
        price = Number(1.0, 5.0 - self.round)
        form = Form({"what": Choice(what), "price": price, "pieces": Number(1, 4, integer=True)})
        least = Action({"what": what[0], "price": 1.0, "pieces": 1})
        asked = {"bidder": ActionSpec(form, fallback=least), "dial": ActionSpec(Number(-90.0, 30.0, unit="degrees"))}
        return Step({seat: Observation(spec, f"round {self.round}") for seat, spec in asked.items()}, rewards,
                    time=self.round)  # fmt: skip

    def vector(self, agent):
        return Array(np.array([self.round, self.left if agent == "bidder" else self.angle], np.float32), ("feature",))


def fly(dialled, count, got):
    """Answers orders until it is told to stop; every action that came goes into the list `got`."""
    order, places, step, first = dialled.order, np.zeros((count, 2), np.float32), 0, 0
    while not order.over:
        if order.command == "RESET":
            places, step, first = np.zeros((count, 2), np.float32), 0, first + count
        else:
            answers = order.answers[DRONE.name]
            got += answers
            places, step = places + np.array([each.continuous for each in answers], np.float32), step + 1
        infos = [seen(first + number, place, step) for number, place in enumerate(places)]
        if step == FLIGHT:  # as agents in Unity do, they begin again at once
            places, step, first = np.zeros((count, 2), np.float32), 0, first + count
            infos += [seen(first + number, place, step) for number, place in enumerate(places)]
        order = dialled.tell({DRONE.name: tuple(infos)}, {DRONE.name: DRONE})


def seen(id, place, step):
    """A drone that knows where it is, and is paid for every metre north."""
    sense = Sensed(name="place", values=place.copy())
    return Info(id=id, reward=float(place[1]) if step else 0.0, done=step == FLIGHT, senses=(sense,))
