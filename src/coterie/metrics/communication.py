"""How much is said and what it costs: rate, length, reach, silence, and the price of a success.

Words are separated by white space and counted as the speaker said them, whether or not they arrived.
"""

from coterie.core import Episode, Metric
from coterie.metrics.completion import succeeded
from coterie.metrics.tally import Pair, define


def words_per_success() -> Metric:
    """What a success costs in words, those of episodes without success included."""

    def observe(episode: Episode) -> Pair:
        told = succeeded(episode)
        return Pair(_words(episode), told.top if told else 0.0)

    return define(
        "words_per_success",
        observe,
        "ratio",
        missing="no episode succeeded, so a success has no price",
        unit="words",
        low=0.0,
        higher_is_better=False,
        summary="All words said, over the number of successes.",
    )


def words_per_turn() -> Metric:
    """How much is said when one may speak."""
    return define(
        "words_per_turn",
        lambda episode: _over_turns_to_speak(episode, _words(episode)),
        "ratio",
        missing="nobody had the right to speak",
        unit="words",
        low=0.0,
        summary="Words said, over turns with the right to speak.",
    )


def words_per_message() -> Metric:
    """How long what is said is."""

    def observe(episode: Episode) -> Pair | None:
        messages = _messages(episode)
        return Pair(_words(episode), messages) if messages else None

    return define(
        "words_per_message",
        observe,
        "ratio",
        missing="nobody said anything",
        unit="words",
        low=0.0,
        summary="Words said, over messages.",
    )


def messages_per_turn() -> Metric:
    """How often something is said, whether or not one may speak."""
    return define(
        "messages_per_turn",
        lambda episode: Pair(_messages(episode), len(episode.turns)) if episode.turns else None,
        "ratio",
        missing="nobody had a turn",
        unit="messages",
        low=0.0,
        summary="Messages, over all turns of all seats.",
    )


def silence() -> Metric:
    """How often nothing is said when one may speak."""

    def observe(episode: Episode) -> Pair | None:
        silent = sum(
            turn.observation.spec.speech is not None
            and not (turn.action and any(each.text.strip() for each in turn.action.say))
            for turn in episode.turns
        )
        return _over_turns_to_speak(episode, silent)

    return define(
        "silence",
        observe,
        "ratio",
        missing="nobody had the right to speak",
        unit="share",
        low=0.0,
        high=1.0,
        summary="Share of turns with the right to speak in which nothing was said.",
    )


def reach() -> Metric:
    """How many get to hear what is said."""

    def observe(episode: Episode) -> Pair | None:
        messages = _messages(episode)
        return Pair(sum(len(turn.observation.heard) for turn in episode.turns), messages) if messages else None

    return define(
        "reach",
        observe,
        "ratio",
        missing="nobody said anything",
        unit="listeners",
        low=0.0,
        summary="How many observations a message arrived in; one that nobody acts after arrives nowhere.",
    )


def _words(episode: Episode) -> int:
    return sum(len(each.text.split()) for turn in episode.turns if turn.action for each in turn.action.say)


def _messages(episode: Episode) -> int:
    """Silence in words is no message."""
    return sum(bool(each.text.strip()) for turn in episode.turns if turn.action for each in turn.action.say)


def _over_turns_to_speak(episode: Episode, number: float) -> Pair | None:
    turns = sum(turn.observation.spec.speech is not None for turn in episode.turns)
    return Pair(number, turns) if turns else None


COMMUNICATION: tuple[Metric, ...] = (
    words_per_success(),
    words_per_turn(),
    words_per_message(),
    messages_per_turn(),
    silence(),
    reach(),
)
"""All of these metrics."""
