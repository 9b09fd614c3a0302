"""A build that speaks Unity's protocol is played as a world, by somebody who knows only words.

Shows: `UnityBuild` and `UnityWorld` with a describer, and a peer in Python that plays the part of a Unity build: the
same messages that a C# build sends through the ML-Agents package, so that all of it runs without Unity.

Expect the reader to open the door in every episode, in as few steps as there are; random play seldom does.

    python examples/bridges/unity_peer.py [EPISODES]
"""

import random
import sys
import threading

import numpy as np

from coterie.adapters.unity import Behaviour, Describer, Dialled, Info, Sensed, UnityBuild, UnityWorld
from coterie.agents import Random, Scripted
from coterie.core import Action
from coterie.rollout import gather

WALKER = Behaviour(name="Walker", branches=(3,))  # what the build says that its agents can do: one of three
MOVES = ("left", "right", "open")


def build(port):
    """The scripted build: a corridor of nine places and a door; ten steps, then the agent is interrupted."""
    with Dialled(port, "corridor") as line:
        luck, order, id, place, door, steps = random.Random(line.seed), line.order, 0, 0, 0, 0
        while not order.over:
            opened = False
            if order.command == "RESET":
                id, place, door, steps = id + 1, luck.randrange(9), luck.randrange(9), 0
            else:
                (move,) = order.answers["Walker"][0].discrete
                place = min(8, max(0, place + (-1, 1, 0)[move]))
                opened, steps = move == 2 and place == door, steps + 1
            sight = Sensed(name="sight", values=np.array([place, door], np.float32))
            over = opened or steps == 10
            info = Info(id=id, reward=float(opened), done=over, interrupted=over and not opened, senses=(sight,))
            order = line.tell({"Walker": (info,)}, {"Walker": WALKER})


def in_words(seat, senses):
    """What a language agent gets to read in place of the numbers."""
    place, door = senses["sight"]
    return "you stand at the door" if place == door else f"the door is {'left' if door < place else 'right'}"


def reads(seen):
    """Somebody who knows only words; a language model sits here as well."""
    return Action("open" if "at the door" in seen.text else seen.text.split()[-1])


def success(returns):
    """What an episode came to."""
    return {"success": returns["Walker"] > 0}


def main(episodes=50):
    """Plays as many episodes with random moves as with the reader, on one build."""
    describer = Describer(view=in_words, choices={"Walker": [MOVES]}, outcome=success)
    with UnityBuild(port=0, connect_s=20.0, answer_s=10.0) as line:
        threading.Thread(target=build, args=(line.port,), daemon=True).start()
        for name, mind in (("random", Random()), ("reader", Scripted(lambda seed: reads))):
            played = list(
                gather(lambda: UnityWorld(line, describer=describer), {"Walker": mind}, range(episodes), at_once=1)
            )
            print(f"{name} opens the door: {np.mean([each.outcome['success'] for each in played]):.2f}")
    turn = played[0].turns[0]
    print(f"read {turn.observation.text!r}, did {turn.action.move!r}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
