"""Deals: is there one, is it efficient, how is the surplus split. From outcomes that tell `agreement`, `gains`, `best`.

No deal pays nothing, so the disagreement point is 0 for everybody.
"""

from collections.abc import Callable

from coterie.core import Episode, Json, Metric
from coterie.metrics.tally import Kind, Pair, define

Outcome = dict[str, Json]
LEWIS = "Lewis et al. 2017, Deal or No Deal? (arXiv 1706.05125)"


def agreement() -> Metric:
    """How often there is a deal."""
    return _define(
        "agreement",
        "rate",
        lambda told: Pair(float(told["agreement"])),
        "Share of negotiations that end with a deal.",
        source=LEWIS,
    )


def pareto_share() -> Metric:
    """How often a deal leaves nothing on the table."""
    return _define(
        "pareto_share",
        "rate",
        lambda told: Pair(float(told["pareto"])) if told["agreement"] else None,
        "Share of deals that no other outcome would improve for one without loss to another.",
        source=LEWIS,
    )


def joint_share() -> Metric:
    """How much of what there was to gain is gained."""
    return _define(
        "joint_share",
        "mean",
        lambda told: Pair(max(0.0, told["joint"] / told["best"])) if told["best"] > 0 else None,
        "Joint gain over the best joint gain, no deal counting as 0, where there was anything to gain.",
    )


def surplus_split() -> Metric:
    """How evenly a deal splits what is gained."""

    def observe(told: Outcome) -> Pair | None:
        gains = list(told["gains"].values())
        if not told["agreement"] or sum(gains) <= 0:
            return None
        return Pair(min(1.0, max(0.0, len(gains) * min(gains) / sum(gains))))

    return _define(
        "surplus_split", "mean", observe, "Smallest gain over an equal part of the joint gain, in deals: 1 is equal."
    )


def price_of_no_deal() -> Metric:
    """How much is lost because there is no deal."""
    return _define(
        "price_of_no_deal",
        "ratio",
        lambda told: Pair(0.0 if told["agreement"] else told["best"], told["best"]) if told["best"] > 0 else None,
        "Best joint gain of the negotiations that end without a deal, over that of all.",
        higher_is_better=False,
    )


def _define(
    name: str,
    kind: Kind,
    pair: Callable[[Outcome], Pair | None],
    summary: str,
    higher_is_better: bool = True,
    source: str = "",
) -> Metric:
    def observe(episode: Episode) -> Pair | None:
        told = episode.outcome
        return pair(told) if "agreement" in told and "gains" in told and not episode.failure else None

    return define(
        name,
        observe,
        kind,
        missing="no episode is a negotiation in which this is defined",
        unit="share",
        low=0.0,
        high=1.0,
        higher_is_better=higher_is_better,
        summary=summary,
        source=source,
    )


NEGOTIATION: tuple[Metric, ...] = (agreement(), pareto_share(), joint_share(), surplus_split(), price_of_no_deal())
"""All of these metrics."""
