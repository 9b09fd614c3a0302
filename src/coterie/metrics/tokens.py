"""What a success costs in tokens and in money, as far as the record tells.

Tokens stand on the samples of language policies that know them, as ids or, from a server, as counts. A server reads the
whole chat for every answer, and that is what it charges for; a local policy reads only what is new. A seat without
samples (a script, a person) costs none; an episode with a sample whose tokens are not known does not tell.
"""

from collections.abc import Callable, Mapping

import msgspec

from coterie.core import Episode, Metric, Sample, Turn
from coterie.metrics.completion import succeeded
from coterie.metrics.tally import Pair, define


class Price(msgspec.Struct, frozen=True):
    """What a million tokens of a policy cost."""

    read_usd: float
    written_usd: float


def read_tokens(sample: Sample) -> int:
    """How many tokens were read for an answer.

    >>> read_tokens(Sample("go", prompt_ids=(5, 6, 7))), read_tokens(Sample("go", prompt_tokens=120))
    (3, 120)
    """
    return len(sample.prompt_ids) if sample.prompt_tokens is None else sample.prompt_tokens


def written_tokens(sample: Sample) -> int:
    """How many tokens an answer is made of."""
    return len(sample.token_ids) if sample.completion_tokens is None else sample.completion_tokens


def counted(sample: Sample) -> bool:
    """Whether it is known how many tokens an answer took; what is not known is not free.

    >>> counted(Sample("go")), counted(Sample("", prompt_tokens=120, completion_tokens=0))
    (False, True)
    """
    return bool(sample.token_ids) or None not in (sample.prompt_tokens, sample.completion_tokens)


def tokens_per_success() -> Metric:
    """What a success costs in tokens of all kinds."""
    return _per_success(
        "tokens_per_success",
        lambda turn: sum(read_tokens(sample) + written_tokens(sample) for sample in turn.samples),
        "tokens",
        "All tokens that language seats read or wrote, refused tries included, over the number of successes.",
    )


def message_tokens_per_success() -> Metric:
    """What a success costs in tokens of messages."""
    return _per_success(
        "message_tokens_per_success",
        message_tokens,
        "tokens",
        "Tokens written to say something, over successes; words and move in one answer count together.",
    )


def tokens_per_message() -> Metric:
    """How long what is said is, in tokens."""

    def observe(episode: Episode) -> Pair | None:
        talk = [turn for turn in episode.turns if turn.action and any(each.text.strip() for each in turn.action.say)]
        if not talk or not all(turn.samples and all(map(counted, turn.samples)) for turn in talk):
            return None
        messages = sum(bool(each.text.strip()) for turn in talk if turn.action for each in turn.action.say)
        return Pair(sum(map(message_tokens, talk)), messages)

    return define(
        "tokens_per_message",
        observe,
        "ratio",
        missing="no episode in which every speaker's tokens are known",
        unit="tokens",
        low=0.0,
        summary="Tokens written to say something, over messages; words and move in one answer count together.",
    )


def message_tokens(turn: Turn) -> int:
    """The tokens by which something was said in a turn.

    Where the words were an answer of their own, only that counts; where they stood in one answer with the move (a JSON
    object), all of it.
    """
    words = {each.text.strip() for each in turn.action.say if each.text.strip()} if turn.action else set()
    if not words or not turn.samples:
        return 0
    apart = [sample for sample in turn.samples if sample.text.strip() in words]
    return sum(written_tokens(sample) for sample in apart or turn.samples[-1:])


def cost_per_success(prices: Mapping[str, Price]) -> Metric:
    """What a success costs in money.

    >>> prices = {"qwen": Price(read_usd=0.5, written_usd=1.5)}
    >>> cost_per_success(prices).unit
    'USD'

    Args:
        prices: by the name of the policy; an episode with a policy that has no price does not tell.
    """

    def price(turn: Turn) -> float:
        return sum(_usd(sample, prices[sample.policy]) for sample in turn.samples)

    return _per_success(
        "cost_per_success",
        price,
        "USD",
        "What all tokens cost at the given prices, over the number of successes.",
        tells=lambda sample: sample.policy in prices,
        missing="no episode with known tokens and prices for all its policies, or none of them succeeded",
    )


def _usd(sample: Sample, price: Price) -> float:
    return (read_tokens(sample) * price.read_usd + written_tokens(sample) * price.written_usd) / 1e6


def _per_success(
    name: str,
    cost: Callable[[Turn], float],
    unit: str,
    summary: str,
    tells: Callable[[Sample], bool] = lambda sample: True,
    missing: str = "no episode with known tokens, or none of them succeeded",
) -> Metric:
    def observe(episode: Episode) -> Pair | None:
        samples = [sample for turn in episode.turns for sample in turn.samples]
        if not samples or not all(counted(sample) and tells(sample) for sample in samples):
            return None
        told = succeeded(episode)
        return Pair(sum(map(cost, episode.turns)), told.top if told else 0.0)

    return define(
        name,
        observe,
        "ratio",
        missing=missing,
        unit=unit,
        low=0.0,
        higher_is_better=False,
        summary=summary,
    )


TOKENS: tuple[Metric, ...] = (
    message_tokens_per_success(),
    tokens_per_success(),
    tokens_per_message(),
    cost_per_success({}),
)
"""All of these metrics; money is missing until prices are given."""
