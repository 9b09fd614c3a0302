"""The references of `town_meeting`: one names places until all others say yes to one; there they meet."""

from coterie.core import Action, Observation, Script, Utterance

ASK, GO = "do you know", "we meet at"


def first(agents: tuple[str, ...]) -> Script:
    """Who names places: one that is on its map after the other, until everybody has said yes to one."""
    named = -1
    answers: dict[str, str] = {}
    goal = ""

    def play(seen: Observation) -> Action:
        nonlocal named, goal
        for message in seen.heard:
            answers[message.speaker] = message.text
        if goal:
            return towards(goal, seen)
        places = seen.data["map"]
        if named >= 0 and len(answers) == len(agents) - 1:
            if all(answer == "yes" for answer in answers.values()):
                goal = places[named]
                return Action(towards(goal, seen).move, say(seen, f"{GO} {goal}"))
            answers.clear()
            named += 1
            return Action("wait", say(seen, f"{ASK} {places[named % len(places)]}"))
        if named < 0 and seen.spec.speech is not None:
            named = 0
            return Action("wait", say(seen, f"{ASK} {places[0]}"))
        return Action("wait")

    return play


def other() -> Script:
    """Who answers, and goes where it is told."""
    goal = ""

    def play(seen: Observation) -> Action:
        nonlocal goal
        answer = ""
        for message in seen.heard:
            if message.text.startswith(GO):
                goal = message.text.removeprefix(GO).strip()
            elif message.text.startswith(ASK):
                known = message.text.removeprefix(ASK).strip() in seen.data["map"]
                answer = "yes" if known else "no"
        return Action(towards(goal, seen).move, say(seen, answer) if answer else ())

    return play


def say(seen: Observation, text: str) -> tuple[Utterance, ...]:
    """The words, where there is room for them."""
    speech = seen.spec.speech
    return (Utterance(text),) if speech is not None and len(text.split()) <= speech.max_words else ()


def towards(goal: str, seen: Observation) -> Action:
    """Goes to a place, and stays there."""
    options = seen.spec.move.options  # type: ignore[union-attr]  # commands are listed
    result = seen.data.get("result", {})
    arrived = result.get("command") == f"go to {goal}" and result.get("code") == "done"
    wanted = () if arrived else (f"go to {goal}", "go on")
    return Action(next((each for each in wanted if goal and each in options), "wait"))
