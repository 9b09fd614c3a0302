"""The references of `town_meeting`: one names places until all others say yes to one; there they meet."""

from coterie.core import Action, Observation, Script, Utterance

ASK, GO = ("do you know", "know"), ("we meet at", "meet")
"""How to ask for a place and how to settle on it; shorter where few words can be said at once."""


def first(agents: tuple[str, ...]) -> Script:
    """Who names places: one that is on its map after the other, until everybody has said yes to one."""
    named = -1
    answers: dict[str, str] = {}
    places: list[str] = []
    goal = ""

    def play(seen: Observation) -> Action:
        nonlocal named, goal, places
        for message in seen.heard:
            answers[message.speaker] = message.text
        if goal:
            return towards(goal, seen)
        if named >= 0 and len(answers) == len(agents) - 1:
            if all(answer == "yes" for answer in answers.values()):
                goal = places[named % len(places)]
                return Action(towards(goal, seen).move, about(seen, GO, goal))
            answers.clear()
            named += 1
            return Action("wait", about(seen, ASK, places[named % len(places)]))
        if named < 0 and seen.spec.speech is not None:
            places = [place for place in seen.data["map"] if about(seen, GO, place)]
            named = 0 if places else named
            return Action("wait", about(seen, ASK, places[0]) if places else ())
        return Action("wait")

    return play


def other() -> Script:
    """Who answers, and goes where it is told."""
    goal = ""

    def play(seen: Observation) -> Action:
        nonlocal goal
        answer = ""
        for message in seen.heard:
            begin = next((each for each in (*ASK, *GO) if message.text.startswith(f"{each} ")), "")
            place = message.text.removeprefix(begin).strip()
            if begin in GO:
                goal = place
            elif begin:
                answer = "yes" if place in seen.data["map"] else "no"
        return Action(towards(goal, seen).move, about(seen, ("",), answer) if answer else ())

    return play


def about(seen: Observation, beginnings: tuple[str, ...], rest: str) -> tuple[Utterance, ...]:
    """A sentence with the first of some beginnings for which there are words enough; none: there are not."""
    speech, texts = seen.spec.speech, [f"{begin} {rest}".strip() for begin in beginnings]
    return tuple(Utterance(text) for text in texts if speech and len(text.split()) <= speech.max_words)[:1]


def towards(goal: str, seen: Observation) -> Action:
    """Goes to a place, and stays there."""
    options = seen.spec.move.options  # type: ignore[union-attr]  # commands are listed
    result = seen.data.get("result", {})
    arrived = result.get("command") == f"go to {goal}" and result.get("code") == "done"
    wanted = () if arrived else (f"go to {goal}", "go on")
    return Action(next((each for each in wanted if goal and each in options), "wait"))
