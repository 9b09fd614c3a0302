"""Mute the channel and compare: does the team succeed because its members talk?

Shows: the cheapest causal test of communication. The same team plays the same seeds twice, once with the line cut; the
two are compared seed by seed, with an interval and a corrected p-value. Expect the whole success to be owed to talk.

    python examples/is_the_talk_worth_anything.py [EPISODES]
"""

import sys

from coterie.agents import Expert
from coterie.core import Channel, Mute, Noise
from coterie.evaluation import compare
from coterie.rollout import gather

TEAM = {"lookout": Expert(), "courier": Expert()}
MEASURES = ["success", "mean_return", "words_per_turn"]


def main(episodes: int) -> None:
    """Plays the team on an open, a noisy and a muted line, and compares."""
    seeds = range(episodes)
    for name, channel in (("muted", Channel((Mute(),))), ("noisy", Channel((Noise(0.3),)))):
        open_line, changed = gather("lookout", TEAM, seeds), gather("lookout", TEAM, seeds, channel=channel)
        found = compare(open_line, changed, metrics=MEASURES, names=("open", name))
        print(found)
        success = found.differences["success"]
        print(f"success lost when {name}: {-success.change.value:.3f}")
        print(f"p when {name}: {success.p_holm:.6f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
