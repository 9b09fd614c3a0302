"""A world of your own in under forty lines, checked against the whole contract.

Shows: what a world's author writes (`begin` and `advance`, an expert), and what comes for nothing: the door that
refuses illegal answers, exact replay, snapshots, records, metrics, any mind in any seat. Two lifters must push at the
same time; only one of them sees when. Expect the kit to pass, experts always to succeed, random players seldom.

    python examples/your_own_world.py [EPISODES]
"""

import sys
from collections.abc import Mapping

from coterie.agents import Expert, Random
from coterie.core import (
    Action,
    ActionSpec,
    Choice,
    Ending,
    Environment,
    Event,
    Observation,
    Script,
    Speech,
    Step,
    Utterance,
    spoken,
)
from coterie.evaluation import evaluate
from coterie.testing import check_environment


class HeavyDoor(Environment):
    """A door that opens for a moment: the watcher sees when and says so, the lifter lifts or waits."""

    id = "heavy_door-v1"
    agents = ("watcher", "lifter")
    watch = ActionSpec(speech=Speech(max_words=1, vocabulary=("now", "not")), fallback=Action())
    lift = ActionSpec(move=Choice(("lift", "wait")), fallback=Action("wait"))

    def begin(self) -> Step:
        """Draws the moment at which the door opens."""
        self.moment, self.opens = 0, self.chance.draw("opens", range(4))
        return self.ask_watcher()

    def advance(self, actions: Mapping[str, Action]) -> Step:
        """The watcher's word reaches the lifter; the first lift decides."""
        if "watcher" in actions:
            heard = tuple(spoken(actions, {"watcher": ("lifter",)}, self.moment))
            return Step({"lifter": Observation(self.lift, f"moment {self.moment}", heard=heard)}, time=self.moment)
        lifted, self.moment = actions["lifter"].move == "lift", self.moment + 1
        if not lifted and self.moment < 4:
            return self.ask_watcher()
        success = lifted and self.moment - 1 == self.opens
        endings = dict.fromkeys(self.agents, Ending("terminated", "open" if success else "shut"))
        outcome = Event("outcome", None, {"success": success, "steps": self.moment})
        return Step(rewards=dict.fromkeys(self.agents, float(success)), endings=endings, events=(outcome,))

    def ask_watcher(self) -> Step:
        """Shows the door to the watcher."""
        text = "the door is open" if self.moment == self.opens else "the door is shut"
        return Step({"watcher": Observation(self.watch, text, {"open": self.moment == self.opens})}, time=self.moment)

    def expert(self, agent: str, seed: int = 0) -> Script:
        """A watcher that says when, a lifter that does as it hears."""
        if agent == "watcher":
            return lambda seen: Action(say=(Utterance("now" if seen.data["open"] else "not"),))
        return lambda seen: Action("lift" if any(each.text == "now" for each in seen.heard) else "wait")


def main(episodes: int) -> None:
    """Checks the world, then measures two teams in it."""
    check_environment(HeavyDoor, episodes=min(episodes, 64), vectors=False, garbage=50)
    print("it keeps the contract")
    for name, mind in (("experts", Expert()), ("random", Random())):
        report = evaluate(HeavyDoor, dict.fromkeys(HeavyDoor.agents, mind), range(episodes), metrics=["success"])
        print(f"{name}: {report.measures['success'].value:.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
