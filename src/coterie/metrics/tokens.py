"""What a success costs in tokens and in money, as far as the record tells.

Tokens stand on the samples of language policies that know them. A seat without samples (a script, a person) costs
none; an episode with a sample whose tokens are not known does not tell.
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


def tokens_per_success() -> Metric:
    """What a success costs in tokens of all kinds."""
    return _per_success(
        "tokens_per_success",
        lambda turn: sum(len(sample.prompt_ids) + len(sample.token_ids) for sample in turn.samples),
        "tokens",
        "All tokens that language seats read anew or wrote, refused tries included, over the number of successes.",
    )


def message_tokens_per_success() -> Metric:
    """What a success costs in tokens of messages."""
    return _per_success(
        "message_tokens_per_success",
        message_tokens,
        "tokens",
        "Tokens written to say something, over successes; words and move in one answer count together.",
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
    return sum(len(sample.token_ids) for sample in apart or turn.samples[-1:])


def cost_per_success(prices: Mapping[str, Price]) -> Metric:
    """What a success costs in money.

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
    )


def _usd(sample: Sample, price: Price) -> float:
    return (len(sample.prompt_ids) * price.read_usd + len(sample.token_ids) * price.written_usd) / 1e6


def _per_success(
    name: str,
    cost: Callable[[Turn], float],
    unit: str,
    summary: str,
    tells: Callable[[Sample], bool] = lambda sample: True,
) -> Metric:
    def observe(episode: Episode) -> Pair | None:
        samples = [sample for turn in episode.turns for sample in turn.samples]
        if not samples or not all(sample.token_ids and tells(sample) for sample in samples):
            return None
        told = succeeded(episode)
        return Pair(sum(map(cost, episode.turns)), told.top if told else 0.0)

    return define(
        name,
        observe,
        "ratio",
        missing="no episode with known tokens (and prices, where money is meant), or none of them succeeded",
        unit=unit,
        low=0.0,
        higher_is_better=False,
        summary=summary,
    )


TOKENS: tuple[Metric, ...] = (message_tokens_per_success(), tokens_per_success())
"""Those that need no prices."""
