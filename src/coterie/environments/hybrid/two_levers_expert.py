"""The reference of `two_levers`: tells what its sign says, does what it is told."""

from coterie.core import Action, Observation, Script, Utterance


def script(colours: tuple[str, ...]) -> Script:
    """A player for any seat; it sees what its seat sees."""
    told = ""
    mine = ""
    gates = vault = False

    def play(seen: Observation) -> Action:
        nonlocal told, mine, gates, vault
        data, options = seen.data, seen.spec.move.options  # type: ignore[union-attr]  # commands are listed
        room, news, result = data["room"], data.get("news", ()), data.get("result", {})
        for message in seen.heard:
            words = message.text.split()
            if words[:1] == [room] and words[1] in colours:
                mine = words[1]
        gates, vault = gates or "the gates are open" in news, vault or "the vault door is open" in news
        say: tuple[Utterance, ...] = ()
        if not told and result.get("code") == "done" and result["command"] == f"use {room} sign":
            words = result["detail"].split()  # the right lever in the east room is blue
            told = f"{words[5]} {words[8]}"
            say = (Utterance(told),)
        if gates:
            has_key = "brass key" in data["holds"]
            wanted = ["go to vault"] if has_key or vault else ["go to corridor"]
        elif not told:
            wanted = [f"use {room} sign", f"go to {room} sign", "look"]
        elif data["key here"] and "brass key" not in data["holds"]:
            wanted = ["pick up brass key", "go to brass key", "look"]
        elif mine and data.get("lever", "") != f"{room} {mine} lever":
            wanted = [f"use {room} {mine} lever", f"go to {room} {mine} lever", "look"]
        else:
            wanted = []
        return Action(next((each for each in wanted if each in options), "wait"), say)

    return play
