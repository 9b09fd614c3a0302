"""What is said is judged by what the world states of it: is it true, is it new, does anybody use it.

A claim is an event told by a seat that holds what was `claimed`, or one of a kind in `CLAIMS` that made facts known
(`made`). Any world can state, in the data of such an event:

    about, claimed   what was said, and of what
    seen             how the speaker itself saw it to be; left out where it could not know
    licensed         true where the rules let this speaker lie
    true             whether it is so; without it, whether `claimed` is `seen`
    known            whether every listener knew it before

Worlds state these where the vocabulary is closed; elsewhere the metrics are missing, and no judge guesses instead.
"""

from collections.abc import Callable, Iterator

import msgspec

from coterie.core import Choice, Episode, Event, Json, Metric
from coterie.metrics.pooled import Pooled, middle
from coterie.metrics.tally import Pair, define

CLAIMS = frozenset({"told", "explained", "answered", "spoke", "clue"})


class Claim(msgspec.Struct, frozen=True):
    """Something said of the world, and what the speaker itself saw of it."""

    about: str
    said: Json
    seen: Json
    licensed: bool = False
    """Whether the rules let this speaker lie."""

    @property
    def false(self) -> bool:
        """Whether the speaker saw that it is otherwise."""
        return bool(self.said != self.seen)


def claims(episode: Episode) -> Iterator[Event]:
    """The claims of an episode, in order."""
    for event in episode.events:
        if event.agent and ("claimed" in event.data or (event.kind in CLAIMS and event.data.get("made"))):
            yield event


def witnessed(episode: Episode) -> Iterator[tuple[str, Claim]]:
    """The claims whose speaker itself saw how it is, as the world states them, each with who made it.

    >>> lie = Event("told", "ann", {"about": "card", "claimed": "king", "seen": "jack"})
    >>> [(who, claim.false) for who, claim in witnessed(Episode(environment="w-v1", seed=0, seats={}, events=(lie,)))]
    [('ann', True)]
    """
    for event in episode.events:
        data = event.data
        if event.agent and "claimed" in data and "seen" in data:
            claim = Claim(str(data.get("about", "")), data["claimed"], data["seen"], bool(data.get("licensed")))
            yield event.agent, claim


def is_true(claim: Event) -> bool | None:
    """Whether a claim is true; None: the world does not say.

    >>> is_true(Event("answered", "ann", {"answer": "yes", "truth": "no", "made": ["x"]}))
    False
    """
    if "true" in claim.data:
        return bool(claim.data["true"])
    if "claimed" in claim.data and "seen" in claim.data:
        return bool(claim.data["claimed"] == claim.data["seen"])
    truth = claim.data.get("truth")
    return None if truth is None else bool(claim.data.get("answer") == truth)


def truthfulness() -> Metric:
    """How much of what is claimed is true."""

    def observe(episode: Episode) -> Pair | None:
        checked = [true for claim in claims(episode) if (true := is_true(claim)) is not None]
        return Pair(sum(checked), len(checked)) if checked else None

    return _share(
        "truthfulness",
        observe,
        "no world here states whether what was claimed is true",
        "True claims over claims that the world can check; an honest mistake is not true either.",
        higher_is_better=True,
    )


def redundancy() -> Metric:
    """How much of what is claimed everybody knew."""

    def observe(episode: Episode) -> Pair | None:
        claimed: set[str] = set()
        old = count = 0
        for claim in claims(episode):
            facts = claim.data.get("made", ())
            if "known" in claim.data:
                old, count = old + bool(claim.data["known"]), count + 1
            elif facts:
                old, count = old + claimed.issuperset(facts), count + 1
            claimed.update(facts)
        return Pair(old, count) if count else None

    return _share(
        "redundancy",
        observe,
        "no world here states what was claimed",
        "Claims that every listener knew before, over all claims; where a world does not say what they knew, claims of "
        "which every fact was claimed before.",
        higher_is_better=False,
    )


def lies() -> Metric:
    """How much of what somebody claims it saw to be otherwise."""

    def observe(episode: Episode) -> Pair | None:
        false = [claim.false for _, claim in witnessed(episode) if not claim.licensed]
        return Pair(sum(false), len(false)) if false else None

    return _share(
        "lies",
        observe,
        "no world here states what the speakers of claims saw themselves",
        "Claims that the speaker itself saw to be false, over its claims of what it saw; roles that may lie left out.",
        higher_is_better=False,
    )


def uptake() -> Metric:
    """How much of what is claimed another seat builds on."""

    def observe(episode: Episode) -> Pair | None:
        facts, used = _told(episode)
        return Pair(len(used), len(facts)) if facts else None

    return _share(
        "uptake",
        observe,
        "no world here states what was claimed",
        "Facts claimed that an action of another seat used later, over all facts claimed.",
        higher_is_better=True,
    )


def uptake_latency() -> Metric:
    """How soon another seat builds on what is claimed."""

    def observe(episode: Episode) -> Iterator[tuple[int]]:
        return ((steps,) for steps in _told(episode)[1].values())

    return Metric(
        "uptake_latency",
        Pooled(observe=observe, reduce=middle, missing="nobody used what another claimed"),
        unit="steps",
        low=0.0,
        higher_is_better=False,
        summary="Steps from a claim to its first use by another seat, median over facts that were used.",
    )


def _told(episode: Episode) -> tuple[dict[str, Event], dict[str, int]]:
    """The facts claimed with their first claim, and those another seat used, with the steps until then."""
    facts: dict[str, Event] = {}
    used: dict[str, int] = {}
    for event in episode.events:
        for fact in event.data.get("used", ()):
            claim = facts.get(fact)
            if claim is not None and event.agent not in (None, claim.agent):
                used.setdefault(fact, event.step - claim.step)
        if event.kind in CLAIMS and event.agent:
            for fact in event.data.get("made", ()):
                facts.setdefault(fact, event)
    return facts, used


def followed() -> Metric:
    """How often a listener does what a message names."""

    def observe(episode: Episode) -> Pair | None:
        done = asked = 0
        for turn in episode.turns:
            spec = turn.observation.spec.move
            if not turn.observation.heard or not isinstance(spec, Choice):
                continue
            for message in turn.observation.heard:
                words = {word.strip(".,!?:;") for word in message.text.lower().split()}
                named = {word for word in words.intersection(spec.options) if not word.isdigit()}  # "at 2" is no wish
                asked += len(named) == 1
                done += len(named) == 1 and turn.action is not None and turn.action.move in named
        return Pair(done, asked) if asked else None

    return _share(
        "followed",
        observe,
        "no message named exactly one legal move of its listener",
        "Messages that name exactly one legal move of a listener and see it made at once, over all that name one.",
    )


def _share(
    name: str,
    observe: Callable[[Episode], Pair | None],
    missing: str,
    summary: str,
    higher_is_better: bool | None = None,
) -> Metric:
    return define(
        name,
        observe,
        "ratio",
        missing=missing,
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=higher_is_better,
        summary=summary,
    )


CLAIM_METRICS: tuple[Metric, ...] = (truthfulness(), lies(), redundancy(), uptake(), uptake_latency(), followed())
"""All of these metrics."""
