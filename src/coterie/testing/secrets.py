"""What only one seat may know must not reach the others through what the world shows them.

Two checks. A hook names what is secret right now, and the views of all others are searched for it. And episodes are
played that differ in nothing but one private draw: until the world says in public what happened, all others must see
exactly the same. The second check finds leaks that nobody thought of (a length, an order, a budget), but only for the
draws that it is told of. What is said aloud is the speaker's affair: `heard` is not searched.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from coterie.core import Action, Chance, Environment, Json, Observation, Step
from coterie.testing.driving import Make, RandomPlay, excerpt, fail, run, written

Secrets = Callable[[Environment], Mapping[str, Iterable[Json]]]
"""Seat to the words and values that at this moment only it may see; leave out what has become public."""


def check_secrets(make: Make, seed: int, max_steps: int, secrets: Secrets) -> None:
    """Searches every view of an episode for what its owner may not see; a secret of several seats is theirs alike."""

    def search(environment: Environment, step: Step) -> None:
        known = {agent: list(hidden) for agent, hidden in secrets(environment).items()}
        for owner, hidden in known.items():
            for agent, seen in step.observations.items():
                for secret in hidden:
                    if agent != owner and secret not in known.get(agent, []) and _shows(seen, secret):
                        fail(
                            f"{secret!r}, a secret of {owner!r}, in what {agent!r} sees ({seen.text!r}, {seen.data})",
                            "no trace of it",
                            "Show it to its owner only.",
                        )

    run(make(), seed, max_steps, between=search)


def _shows(seen: Observation, secret: Json) -> bool:
    if isinstance(secret, str) and re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", seen.text):
        return True
    return _holds(seen.data, secret)


def _holds(value: Json, secret: Json) -> bool:
    if type(value) is type(secret) and value == secret:
        return True
    if isinstance(value, str) and isinstance(secret, str):
        return re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", value) is not None
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_holds(each, secret) for each in inside)


class _Impossible(Exception):
    """An outcome that was planned is not among the options of the draw."""


class _Luck(Chance):
    """Luck that remembers every outcome by name, and takes planned ones before its own."""

    def __init__(self, seed: int, planned: Mapping[str, Sequence[Any]] | None = None) -> None:
        super().__init__(seed)
        self.planned = {name: list(outcomes) for name, outcomes in (planned or {}).items()}
        self.outcomes: dict[str, list[Any]] = {}
        self.choices: dict[str, list[Any]] = {}

    def draw(self, name: str, options: Sequence[Any], probabilities: Sequence[float] | None = None) -> Any:
        if queue := self.planned.get(name):
            outcome = queue.pop(0)
            if outcome not in options:
                raise _Impossible(name)
            self.drawn.append((name, list(options).index(outcome), len(options)))
        else:
            outcome = super().draw(name, options, probabilities)
        self.outcomes.setdefault(name, []).append(outcome)
        self.choices.setdefault(name, []).extend(options)
        return outcome


def check_private_draws(
    make: Make, seeds: range, max_steps: int, private_draws: Mapping[str, str], public_events: Collection[str]
) -> None:
    """Changes one private draw, keeps all other luck and all answers, and compares what the other seats see.

    A comparison stops where a step tells an event of a kind in `public_events`, and where the owner's recorded answer
    is no longer legal: from there on its play may differ in public.
    """
    for name, owner in private_draws.items():
        compared = 0
        for seed in seeds:
            luck = _Luck(seed)
            expected, answers = _views(make(), seed, luck, None, max_steps, public_events)
            taken = luck.outcomes.get(name, [])
            for outcome in luck.choices.get(name, []):
                if outcome in taken:
                    continue
                other = _Luck(seed, {**luck.outcomes, name: [outcome, *taken[1:]]})
                try:
                    found, _ = _views(make(), seed, other, answers, max_steps, public_events)
                except _Impossible:
                    continue
                compared += 1
                for agent in expected.keys() - {owner}:
                    _same_views(agent, expected[agent], found.get(agent, []), name, taken[0], outcome)
        if not compared:
            fail(
                f"no draw {name!r} that could come out another way in {len(seeds)} episodes",
                "a draw of that name with several possible outcomes",
                "Check the names in private_draws, or play more episodes.",
            )


def _views(
    environment: Environment,
    seed: int,
    luck: Chance,
    answers: Mapping[str, list[Action]] | None,
    max_steps: int,
    public_events: Collection[str],
) -> tuple[dict[str, list[Observation]], dict[str, list[Action]]]:
    """Returns what every seat sees before anything becomes public, and what it answers."""
    views: dict[str, list[Observation]] = {}
    given: dict[str, list[Action]] = {}
    play = RandomPlay(seed)
    step = environment.reset(seed, luck)
    for _ in range(max_steps):
        if not step.observations or any(event.kind in public_events for event in step.events):
            break
        now = play(step)
        for agent, seen in step.observations.items():
            views.setdefault(agent, []).append(seen)
            if answers is not None:
                recorded = answers.get(agent, [])
                place = len(views[agent]) - 1
                if place >= len(recorded) or seen.spec.reject(recorded[place]) is not None:
                    return views, given
                now[agent] = recorded[place]
            given.setdefault(agent, []).append(now[agent])
        step = environment.step(now)
    return views, given


def _same_views(
    agent: str, expected: list[Observation], found: list[Observation], name: str, was: object, now: object
) -> None:
    for number, (one, other) in enumerate(zip(found, expected, strict=False)):
        if written(one) != written(other):
            fail(
                f"observation {number} of {agent!r} is {excerpt(one, other)} when {name!r} is {now!r}",
                f"{excerpt(other, one)}, as when it is {was!r}",
                "It tells a private draw; show it to its owner only, or name the event that makes it public.",
            )
