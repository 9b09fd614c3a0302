"""The reference of `rescue`: search one's share of the rooms, report, come when the partner has found somebody."""

from math import inf
from typing import NamedTuple

from coterie.core import Action, Observation, Script, Utterance
from coterie.environments.virtual.hearing import WORD_TICKS
from coterie.environments.virtual.state.moment import TICK
from coterie.environments.virtual.tasks.house_rooms import Search

EXIT = "garden"


def script(agent: str, agents: tuple[str, ...]) -> Script:
    """A player for a seat; it sees what its seat sees and says `mia kitchen` when it finds mia in the kitchen."""
    return Rescuer(agent, agents).play


class Report(NamedTuple):
    """Who said when that somebody lies where; of two reports the first counts."""

    time: float
    seat: int
    room: str


class Rescuer:
    """What one rescuer knows and does."""

    def __init__(self, agent: str, agents: tuple[str, ...]) -> None:
        """Begins with nothing known."""
        self.agent, self.agents = agent, agents
        self.partner = agents[agents.index(agent) ^ 1]
        self.search = Search(agents.index(agent), len(agents), opens=False)
        self.found: dict[str, Report] = {}
        """Whoever is known of, by the first report: the pair that it came from cares for them."""
        self.safe: list[str] = []
        self.borne: set[str] = set()
        """Whom others have been seen to carry: they bring them out."""
        self.untold: list[str] = []
        """Whom it has found while it could not speak."""
        self.job = ""

    def play(self, seen: Observation) -> Action:
        """Looks, listens, decides."""
        data, options = seen.data, seen.spec.move.options  # type: ignore[union-attr]  # commands are listed
        self.search.note(seen)
        self.safe += [each.split()[0] for each in data.get("news", ()) if each.endswith("is safe")]
        self._listen(seen)
        said = self._look(seen)
        mine = [
            (report, name)
            for name, report in self.found.items()
            if self._is_ours(report) and name not in self.safe and name not in self.borne
        ]
        self.job = min(mine)[1] if mine else ""
        wanted = self._wanted(seen)
        return Action(next((each for each in wanted if each in options), "wait"), (Utterance(said),) if said else ())

    def _is_ours(self, report: "Report") -> bool:
        return report.seat // 2 == self.agents.index(self.agent) // 2

    def _listen(self, seen: Observation) -> None:
        for message in seen.heard:
            name, _, room = message.text.partition(" ")
            if name in seen.data["hurt"] and room in self.search.plan:
                report = Report(message.time, self.agents.index(message.speaker), room)
                self.found[name] = min(self.found.get(name, report), report)
                self.search.through_with(room)

    def _look(self, seen: Observation) -> str:
        """Notes whom it sees lying; returns what to report now."""
        for sight in seen.data["sees"]:
            name = sight["name"]
            if name not in seen.data["hurt"] or name in self.safe:
                continue
            bearers = sight["target"].split("+") if sight.get("relation") == "held_by" else []
            if bearers and self.agent not in bearers:
                self.borne.add(name)
            else:
                self.borne.discard(name)
            if name in self.found:
                continue
            if bearers:
                self.found[name] = Report(0.0, self.agents.index(bearers[0]), "")
            elif room := self.search.room_at(sight["at"]):
                self.found[name] = Report(inf, self.agents.index(self.agent), room)
                self.untold.append(name)
        return self._tell(seen)

    def _tell(self, seen: Observation) -> str:
        """Reports whom it has found and not told of yet, as soon as it can speak and if the words last."""
        speech, left = seen.spec.speech, seen.budget.get("radio words", inf)
        self.untold = [name for name in self.untold if self.found[name].time == inf and name not in self.safe]
        for name in self.untold:
            text = f"{name} {self.found[name].room}"
            words = len(text.split())
            if speech is not None and words <= min(speech.max_words, left):
                # The others hear it when it has been said; two reports at once are compared by that time.
                time = round(seen.data["time"] + words * WORD_TICKS * TICK, 1)
                self.found[name] = self.found[name]._replace(time=time)
                return text
        return ""

    def _wanted(self, seen: Observation) -> list[str]:
        """The commands it would give now, the best first."""
        data = seen.data
        if load := next((name for name in data["holds"] if name in data["hurt"]), ""):
            return self._carry(seen, load)
        if self.job:
            room, result = self.found[self.job].room, data.get("result", {})
            lift, near = f"pick up {self.job}", f"go to {self.job}"
            # Who has come as near as it gets, or has lifted in vain, lifts (again): its partner is on the way.
            tried = result.get("command") in (lift, near) and result.get("code") in ("done", "blocked", "occupied")
            there = [f"go to {room}"]
            if data["place"] == room:  # the partner, if it came first, stands where the hurt can be seen
                looked = (result.get("command"), result.get("code")) == ("look", "done")
                there = [f"go to {self.partner}", "look"] if looked else ["look"]
            if result.get("command") == lift and result.get("code") == "occupied":
                return [*self._make_room(seen), lift, near, *there]
            return [lift, near, *there] if tried else [near, lift, *there]
        if not set(data["hurt"]) - {*self.found, *self.safe}:
            return [f"go to {EXIT}", "wait"]  # out of the way of those who carry, where they lay people down
        return self.search.wanted(seen) if self.search.own else ["wait"]  # where there are fewer rooms than rescuers

    def _make_room(self, seen: Observation) -> list[str]:
        """Its partner is here and does not get at the hurt: it goes a little away, and comes back from there."""
        sights, at = seen.data["sees"], seen.data["at"]
        partner = next((each["at"] for each in sights if each["name"] == self.partner and each["distance"] < 3.0), None)
        if partner is None:
            return []

        def from_partner(spot: list[float]) -> float:
            return float((spot[0] - partner[0]) ** 2 + (spot[1] - partner[1]) ** 2)

        away = [each for each in sights if from_partner(each["at"]) > from_partner(at) and each["distance"] < 4.0]
        return [f"go to {each['name']}" for each in away if each["name"] != self.job]

    def _carry(self, seen: Observation, load: str) -> list[str]:
        """Out, together with whoever has the other end: it need not be the partner."""
        data, result = seen.data, seen.data.get("result", {})
        if data["place"] != EXIT:
            return [f"go to {EXIT}", "go on"]
        if result.get("command") == f"pick up {load}":  # over the threshold, from outside: in, to come out from there
            inside = ("hall", self.found[load].room)
            return [f"go to {room}" for room in inside if room]
        if result.get("command") in (f"go to {EXIT}", "go on") and result.get("code") == "done":
            return [f"put down {load}"]
        if result.get("command", "").startswith("follow ") and result.get("code") == "done":
            return [f"put down {load}"]  # both stand in the garden, each behind the other
        # Who is through the door first goes on until the other has arrived, too.
        bearers = [each["name"] for each in data["sees"] if load in each.get("state", "").split(" and ")]
        return ["go on", *(f"follow {name}" for name in bearers), f"put down {load}"]
