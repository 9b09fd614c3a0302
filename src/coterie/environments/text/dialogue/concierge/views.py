"""What the two are told, in their first view in words, and always as data; and what they may do."""

from functools import cache
from typing import TYPE_CHECKING

from coterie.core import Action, ActionSpec, Choice, Form, Json, Speech, Text
from coterie.environments.text.dialogue.concierge.goals import PERSONAS, text_of
from coterie.environments.text.dialogue.concierge.policies import POLICIES
from coterie.environments.text.dialogue.concierge.tools import TOOLS

if TYPE_CHECKING:
    from coterie.environments.text.dialogue.concierge.world import Concierge


def told_to_user(world: "Concierge") -> str:
    """Who the user is, in which manner it speaks, what it wants."""
    wishes = "; then ".join(text_of(goal) for goal in world.judge.goals)
    who = f"you are {world.user} pin {world.city.pins[world.user]}"
    manner = f"persona {world.persona}: {PERSONAS[world.persona]}"
    return f"{who}. {manner}. today is {world.city.days[0]}. you want: {wishes}. patience {world.patience}"


def user_view(world: "Concierge") -> dict[str, Json]:
    """The same as data."""
    return {
        "name": world.user,
        "pin": world.city.pins[world.user],
        "persona": world.persona,
        "days": list(world.city.days),
        "goals": [goal.shown() for goal in world.judge.goals],
    }


def told_to_assistant(world: "Concierge") -> str:
    """What may be booked, the policies, the tools."""
    city = world.city
    parts = [f"now {city.days[0]} {city.now}. days {' '.join(city.days)}"]
    for domain, wishes in city.domains.items():
        words = [" ".join(values) for values in wishes.values()]
        parts.append(f"{domain}: {', '.join(words)}")
    parts += [f"policy {name}: {POLICIES[name]}" for name in world.policies]
    return ". ".join([*parts, f"tools: say; {'; '.join(TOOLS.values())}"])


def assistant_view(world: "Concierge") -> dict[str, Json]:
    """The same as data."""
    city = world.city
    return {
        "now": city.now,
        "days": list(city.days),
        "wishes": {
            domain: {field: list(words) for field, words in wishes.items()} for domain, wishes in city.domains.items()
        },
        "policies": list(world.policies),
    }


LONGEST_CALL = 10
"""Words."""
USER = ActionSpec(move=Choice(("talk", "leave")), speech=Speech(max_words=60), fallback=Action("talk"))


@cache
def assistant_spec(commands: str) -> ActionSpec:
    """What the assistant may do: a line, a form, or, when all calls are spent, only speak."""
    speech = Speech(max_words=60)
    if commands == "written":
        return ActionSpec(move=Text(LONGEST_CALL), speech=speech, fallback=Action("say"))
    if commands == "form":
        form = Form({"tool": Choice(("say", *TOOLS)), "arguments": Text(LONGEST_CALL)})
        return ActionSpec(move=form, speech=speech, fallback=Action({"tool": "say", "arguments": ""}))
    return ActionSpec(move=Choice(("say",)), speech=speech, fallback=Action("say"))
