"""The reference of `house_tidy`: its share of the list first, then the rest; says where it saw what others want."""

from coterie.core import Action, Observation, Script, Utterance
from coterie.environments.virtual.tasks.house_rooms import Search


def script(number: int, count: int) -> Script:
    """A player for a seat; it sees what its seat sees and says `red cup kitchen` of things on others' share."""
    search = Search(number, count)
    placed: list[str] = []
    told: list[str] = []
    rumour: dict[str, str] = {}
    missed: list[str] = []

    def play(seen: Observation) -> Action:
        data, options = seen.data, seen.spec.move.options  # type: ignore[union-attr]  # commands are listed
        search.note(seen)
        goals: dict[str, list[str]] = data["goals"]
        names = list(goals)
        mine = [name for place, name in enumerate(names) if place % count == number]
        say: tuple[Utterance, ...] = ()
        for message in seen.heard:
            name, found, room = message.text.partition(" in ")
            if found and name in goals and room in search.plan:
                rumour[name] = room
            elif message.text.endswith(" is done"):
                placed.append(message.text.removesuffix(" is done"))
        for sight in data["sees"]:
            name = sight["name"]
            if name in goals:
                if [sight.get("relation"), sight.get("target")] == goals[name]:
                    placed.append(name)
                elif sight.get("relation") == "held_by":
                    missed.append(name)
                elif name not in mine and name not in told and data["place"]:
                    told.append(name)
                    say = (Utterance(f"{name} in {data['place']}"),)
        if (result := data.get("result", {})).get("code") == "done" and result["command"].startswith("put "):
            name = next((each for each in goals if result["command"].startswith(f"put {each} ")), "")
            if name:
                placed.append(name)
                say = (Utterance(f"{name} is done"),)
        if seen.spec.speech is None or (say and len(say[0].text.split()) > seen.spec.speech.max_words) or count == 1:
            say = ()
        todo = [name for name in [*mine, *names] if name not in placed]
        return Action(next((each for each in _wanted(seen, options, todo, mine) if each in options), "look"), say)

    def _wanted(seen: Observation, options: tuple[str, ...], todo: list[str], mine: list[str]) -> list[str]:
        data = seen.data
        held: list[str] = data["holds"]
        goals: dict[str, list[str]] = data["goals"]
        likes: list[str] = []
        if len(held) < 2:
            likes += [f"pick up {name}" for name in todo if name not in held]
        for name in held:
            how, goal = goals.get(name, ("", ""))
            if goal:
                likes += [f"put {name} {how} {goal}", f"open {goal}", f"go to {goal}", f"go to {name}"]
            else:
                likes.append(f"put down {name}")
        if held:
            return likes
        likes += [f"go to {name}" for name in todo if name in mine or name not in missed]
        for name in todo:
            if name in mine and name in rumour and data["place"] != rumour[name]:
                likes.append(f"go to {rumour[name]}")
            rumour.pop(name, None)
        if any(each in options for each in likes):
            return likes
        return likes + search.wanted(seen)

    return play
