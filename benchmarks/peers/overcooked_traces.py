"""Records what Overcooked-AI does on random joint actions; the kitchen must do the same.

It runs in an environment of its own (overcooked-ai brings its own pygame and an old gym):

    pip install overcooked-ai==1.1.0
    python benchmarks/peers/overcooked_traces.py tests/data/overcooked

For every layout it plays 200 traces of 400 steps. In the traces of even number both cooks draw each action uniformly;
in those of odd number they walk to random places where there is something to do, with one uniform action in eight, so
that soups are cooked, plated and served too. A file `LAYOUT.npz` holds

- `actions` [trace, step]: 6 x the action of cook 0 + the action of cook 1, in the order of `ACTIONS`;
- `digests` [trace, mark]: after every 10th step, the CRC-32 over the states of all steps so far, written by `written`:
  equal marks mean equal states at every step;
- `rewards` [payment, 3]: trace, step and the reward paid there; all other steps pay nothing;
- `shaped` [payment, 4]: trace, step, cook and the shaped reward.
"""

import argparse
import random
import zlib
from pathlib import Path

import numpy

numpy.Inf = numpy.inf  # the peer was written for numpy 1

from overcooked_ai_py.mdp.actions import Action, Direction  # noqa: E402
from overcooked_ai_py.mdp.overcooked_mdp import OvercookedGridworld  # noqa: E402

LAYOUTS = (
    "cramped_room",
    "asymmetric_advantages",
    "coordination_ring",
    "forced_coordination",
    "counter_circuit",
    "counter_circuit_o_1order",
)
TRACES, STEPS, MARK = 200, 400, 10
ACTIONS = [*Direction.ALL_DIRECTIONS, Action.STAY, Action.INTERACT]
"""North, south, east, west, stay, interact."""
FACINGS = dict(zip(Direction.ALL_DIRECTIONS, "nsew", strict=True))
WANTED = {"onion": "PPPPX", "tomato": "PPPPX", "dish": "PPPPX", "soup": "SSSSX", "": "OOOTTDDPXXX"}
"""Where a walker goes, by what it holds; X is a counter."""


def written(state) -> str:
    """A state in one line: `c,r facing item` of both cooks, then what stands where, in the order of (row, column)."""
    cooks = [
        f"{player.position[0]},{player.position[1]} {FACINGS[player.orientation]} {item(player.held_object)}"
        for player in state.players
    ]
    standing = sorted(state.objects.values(), key=lambda thing: (thing.position[1], thing.position[0]))
    return "|".join([*cooks, *(f"{thing.position[0]},{thing.position[1]} {item(thing)}" for thing in standing)])


def item(thing) -> str:
    """An onion, tomato or dish by name; a soup with what is in it and how long it has cooked (-1: not started)."""
    if thing is None:
        return "-"
    if thing.name != "soup":
        return thing.name
    return f"soup {''.join(sorted(name[0] for name in thing.ingredients))} {thing._cooking_tick}"


class Walker:
    """Draws a place, walks there by a shortest way, uses it."""

    def __init__(self, mdp, luck: random.Random, start) -> None:
        """Finds out what it can reach from where it starts."""
        self.mdp, self.luck, self.goal = mdp, luck, None
        floor, reached = mdp.terrain_pos_dict[" "], [start]
        for here in reached:
            beside = [Action.move_in_direction(here, direction) for direction in Direction.ALL_DIRECTIONS]
            reached += [there for there in beside if there in floor and there not in reached]
        self.near = {Action.move_in_direction(here, way) for here in reached for way in Direction.ALL_DIRECTIONS}

    def __call__(self, state, player) -> int:
        """The number of the next action."""
        if self.luck.random() < 1 / 8:
            self.goal = None if self.luck.random() < 1 / 4 else self.goal
            return self.luck.randrange(6)
        if self.goal is None:
            held = player.held_object.name if player.has_object() else ""
            places = self.places(state, held, self.luck.choice(WANTED[held]))
            if not places:
                return 4
            self.goal = self.luck.choice(places)
        for number, direction in enumerate(Direction.ALL_DIRECTIONS):
            if Action.move_in_direction(player.position, direction) == self.goal:
                if player.orientation != direction:
                    return number
                self.goal = None
                return 5
        return self.first_step(player.position)

    def places(self, state, held: str, kind: str) -> list:
        """Where there is something of a kind to do: full counters for empty hands, empty ones for full hands."""
        return [
            place
            for place in self.mdp.terrain_pos_dict[kind]
            if place in self.near and (kind != "X" or state.has_object(place) != bool(held))
        ]

    def first_step(self, start) -> int:
        """The first step to a cell beside the goal."""
        floor = self.mdp.terrain_pos_dict[" "]
        border, seen = [(start, 4)], {start}
        for here, first in border:
            if abs(here[0] - self.goal[0]) + abs(here[1] - self.goal[1]) == 1:
                return first
            for number, direction in enumerate(Direction.ALL_DIRECTIONS):
                there = Action.move_in_direction(here, direction)
                if there in floor and there not in seen:
                    seen.add(there)
                    border.append((there, number if here == start else first))
        raise ValueError(f"no way from {start} to {self.goal}")


def record(layout: str) -> dict[str, numpy.ndarray]:
    mdp = OvercookedGridworld.from_layout_name(layout)
    actions = numpy.zeros((TRACES, STEPS), numpy.uint8)
    digests = numpy.zeros((TRACES, STEPS // MARK), numpy.uint32)
    rewards, shaped = [], []
    for trace in range(TRACES):
        luck = random.Random(f"{layout} {trace}")
        walkers = [Walker(mdp, luck, start) for start in mdp.start_player_positions]
        state, digest = mdp.get_standard_start_state(), 0
        for step in range(STEPS):
            if trace % 2:
                chosen = [walker(state, player) for walker, player in zip(walkers, state.players, strict=True)]
            else:
                chosen = [luck.randrange(6), luck.randrange(6)]
            state, told = mdp.get_state_transition(state, tuple(ACTIONS[each] for each in chosen))
            actions[trace, step] = 6 * chosen[0] + chosen[1]
            digest = zlib.crc32(written(state).encode(), digest)
            if step % MARK == MARK - 1:
                digests[trace, step // MARK] = digest
            if paid := sum(told["sparse_reward_by_agent"]):
                rewards.append((trace, step, paid))
            shaped += [(trace, step, cook, paid) for cook, paid in enumerate(told["shaped_reward_by_agent"]) if paid]
    print(f"{layout}: {len(rewards)} soups paid, {sum(paid for _, _, paid in rewards)} in all", flush=True)
    return {
        "actions": actions,
        "digests": digests,
        "rewards": numpy.array(rewards, numpy.uint16).reshape(-1, 3),
        "shaped": numpy.array(shaped, numpy.uint16).reshape(-1, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for layout in LAYOUTS:
        numpy.savez_compressed(folder / f"{layout}.npz", **record(layout))


if __name__ == "__main__":
    main()
