"""The reference of `rescue`: search one's share of the rooms, report, come when the partner has found somebody."""

from coterie.core import Action, Observation, Script, Utterance
from coterie.environments.virtual.tasks.house_rooms import Search

EXIT = "garden"


def script(agent: str, agents: tuple[str, ...]) -> Script:
    """A player for a seat; it sees what its seat sees and says `mia kitchen` when it finds mia in the kitchen."""
    return Rescuer(agent, agents).play


class Rescuer:
    """What one rescuer knows and does."""

    def __init__(self, agent: str, agents: tuple[str, ...]) -> None:
        """Begins with nothing known."""
        self.agent, self.agents = agent, agents
        self.partner = agents[agents.index(agent) ^ 1]
        self.search = Search(agents.index(agent), len(agents), opens=False)
        self.where: dict[str, str] = {}
        """Whom it or its partner has found, to the room."""
        self.others: list[str] = []
        """Whom other pairs care for."""
        self.safe: list[str] = []
        self.job = ""
        self.crowded = False

    def play(self, seen: Observation) -> Action:
        """Looks, listens, decides."""
        data, options = seen.data, seen.spec.move.options  # type: ignore[union-attr]  # commands are listed
        self.search.note(seen)
        self.safe += [each.split()[0] for each in data.get("news", ()) if each.endswith("is safe")]
        self._listen(seen)
        said = self._look(seen)
        waiting = [name for name in self.where if name not in self.safe and name not in self.others]
        # Both may have found somebody at once: they go to the one found by the first of them, as named in the list.
        self.job = min(waiting, key=data["hurt"].index, default="")
        wanted = self._wanted(seen)
        say = (Utterance(said),) if said and seen.spec.speech is not None else ()
        return Action(next((each for each in wanted if each in options), "wait"), say)

    def _listen(self, seen: Observation) -> None:
        for message in seen.heard:
            name, _, room = message.text.partition(" ")
            if name not in seen.data["hurt"] or room not in self.search.plan:
                continue
            if message.speaker == self.partner:
                self.where.setdefault(name, room)
            elif name not in self.where or self.agents.index(message.speaker) < self.agents.index(self.agent):
                self.others.append(name)
            self.search.through_with(room)

    def _look(self, seen: Observation) -> str:
        """Notes whom it sees lying; returns what to report."""
        for sight in seen.data["sees"]:
            name = sight["name"]
            if name in seen.data["hurt"] and name not in self.where and name not in (*self.others, *self.safe):
                if sight.get("relation") == "held_by":
                    self.others.append(name)
                    continue
                room = self._room_at(self.search.plan, sight["at"])
                if room:
                    self.where[name] = room
                    return f"{name} {room}"
        return ""

    @staticmethod
    def _room_at(rooms: dict[str, list[float]], at: list[float]) -> str:
        for room, (west, south, east, north, level) in rooms.items():
            if west <= at[0] <= east and south <= at[1] <= north and abs(at[2] - level) < 1.0:
                return room
        return ""

    def _wanted(self, seen: Observation) -> list[str]:
        """The commands it would give now, the best first."""
        data = seen.data
        if load := next((name for name in data["holds"] if name in data["hurt"]), ""):
            if data["place"] != EXIT:
                return [f"go to {EXIT}", "go on"]
            return [f"put down {load}"] if self.agent < self.partner else ["look"]
        if self.job:
            room, result = self.where[self.job], data.get("result", {})
            there = [f"go to {room}"] if data["place"] != room else ["go on", "look"]
            lift, near = f"pick up {self.job}", f"go to {self.job}"
            if result.get("code") == "blocked":
                return [lift, "look", near]
            if result.get("code") == "occupied":
                self.crowded = True
            if self.crowded:
                return [*self._make_room(seen), near, lift, *there]
            return [near, lift, *there]
        return self.search.wanted(seen)

    def _make_room(self, seen: Observation) -> list[str]:
        """Its partner did not get by: it looks for it, steps aside, and waits a moment."""
        data = seen.data
        sights, at, command = data["sees"], data["at"], data["result"]["command"]
        partner = next((each["at"] for each in sights if each["name"] == self.partner and each["distance"] < 3.0), None)
        if command not in ("look", f"pick up {self.job}"):
            self.crowded = False
            return ["wait"]
        if partner is None:
            self.crowded = command != "look"
            return ["look"] if self.crowded else []

        def from_partner(spot: list[float]) -> float:
            return float((spot[0] - partner[0]) ** 2 + (spot[1] - partner[1]) ** 2)

        away = [each for each in sights if from_partner(each["at"]) > from_partner(at) and each["distance"] < 4.0]
        return [f"go to {each['name']}" for each in away if each["name"] != self.job]
