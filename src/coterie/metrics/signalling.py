"""Positive signalling: do the words of a speaker go with what it does, or with what it sees.

Axes: R rows, one for every message; a row is (speaker, message, context).
"""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from coterie.core import Episode, Measure, Metric
from coterie.metrics.distributions import t_quantile
from coterie.metrics.pooled import Pooled

ROUNDS = 50
"""Permutations for the baseline."""
GROUPS = 20
"""Groups of seeds of which each is left out once, for the interval."""
SOURCE = "Jaques et al. 2019, Social Influence (arXiv 1810.08647); Lowe et al. 2019 (arXiv 1903.05168)"

Labels = npt.NDArray[np.int64]


def speaker_consistency(speakers_R: Labels, messages_R: Labels, contexts_R: Labels) -> float:
    """The mutual information of a speaker's messages and their contexts in bits, averaged over its messages.

    >>> label = np.array([0, 0, 1, 1])
    >>> speaker_consistency(np.zeros(4, int), label, label), speaker_consistency(label, label, label)
    (1.0, 0.0)
    """
    said, met = _joint(speakers_R, messages_R), _joint(speakers_R, contexts_R)
    return max(0.0, _bits(said) + _bits(met) - _bits(_joint(said, contexts_R)) - _bits(speakers_R))


def baseline(speakers_R: Labels, messages_R: Labels, contexts_R: Labels, seed: int = 0, rounds: int = ROUNDS) -> float:
    """What speaker consistency is on average when every speaker's messages are shuffled: what chance alone gives."""
    luck = np.random.default_rng(seed)
    order_R = np.argsort(speakers_R, kind="stable")
    found = []
    for _ in range(rounds):
        shuffled_R = np.empty_like(messages_R)
        shuffled_R[order_R] = messages_R[np.lexsort((luck.random(len(messages_R)), speakers_R))]
        found.append(speaker_consistency(speakers_R, shuffled_R, contexts_R))
    return float(np.mean(found))


def signalling(seeds_R: Labels, rows_RC: Labels) -> Measure:
    """Speaker consistency above its baseline, over the entropy of messages, with a jackknife interval over seeds."""
    speakers_R, messages_R, contexts_R = rows_RC.T
    spread = _bits(_joint(speakers_R, messages_R)) - _bits(speakers_R)
    if spread < 1e-12:
        return Measure(None, missing="every speaker always says the same")
    if len(np.unique(_joint(speakers_R, messages_R))) == len(rows_RC):
        return Measure(None, missing="no message was said twice, so nothing can be counted")
    if len(np.unique(_joint(speakers_R, contexts_R))) == len(rows_RC):
        return Measure(None, missing="nothing was met twice, so nothing can be counted")
    if len(np.unique(_joint(speakers_R, contexts_R))) == len(np.unique(speakers_R)):
        return Measure(None, missing="every speaker always met the same, so there was nothing to signal")
    chance = baseline(speakers_R, messages_R, contexts_R, rounds=ROUNDS if len(rows_RC) < 20_000 else 5)
    value = (speaker_consistency(speakers_R, messages_R, contexts_R) - chance) / spread
    groups_R = np.unique(seeds_R, return_inverse=True)[1] % GROUPS
    count = int(groups_R.max()) + 1
    if count < 2:
        return Measure(value)
    without = [speaker_consistency(*rows_RC[groups_R != group].T) / spread for group in range(count)]
    half = t_quantile(count - 1) * math.sqrt((count - 1) * float(np.var(without)))
    return Measure(value, max(-1.0, value - half), min(1.0, value + half))


def _joint(first_R: Labels, second_R: Labels) -> Labels:
    """One label for each pair of labels."""
    pairs_R = first_R * (int(second_R.max(initial=0)) + 1) + second_R
    labels_R: Labels = np.unique(pairs_R, return_inverse=True)[1].astype(np.int64)
    return labels_R


def _bits(labels_R: Labels) -> float:
    """The entropy of labels in bits."""
    counts = np.unique(labels_R, return_counts=True)[1]
    return float(np.log2(len(labels_R)) - (counts * np.log2(counts)).sum() / len(labels_R))


def _with_moves(episode: Episode) -> Iterator[tuple[str, str, str]]:
    """Each message with the speaker's move of the same turn, or its next one where a turn is for speaking only."""
    waiting: dict[str, str] = {}
    for turn in episode.turns:
        if turn.action is None:
            continue
        if text := _said(turn.action.say):
            waiting[turn.agent] = text
        if turn.action.move is not None and turn.agent in waiting:
            yield turn.agent, f"says {waiting.pop(turn.agent)}", f"does {turn.action.move}"


def _with_views(episode: Episode) -> Iterator[tuple[str, str, str]]:
    """Each message with what its speaker was shown."""
    for turn in episode.turns:
        if turn.action and (text := _said(turn.action.say)):
            yield turn.agent, f"says {text}", f"sees {turn.observation.text}"


def _said(say: tuple) -> str:  # type: ignore[type-arg]
    return " / ".join(" ".join(each.text.lower().split()) for each in say) if say else ""


def _define(name: str, pooled: Pooled, summary: str) -> Metric:
    return Metric(name, pooled, "share", -1.0, 1.0, None, summary, SOURCE)


SIGNALLING: tuple[Metric, ...] = (
    _define(
        "signalling/move",
        Pooled(observe=_with_moves, reduce=signalling, missing="nobody spoke and moved"),
        "Mutual information of messages and the speaker's own moves above chance, over the entropy of messages.",
    ),
    _define(
        "signalling/view",
        Pooled(observe=_with_views, reduce=signalling, missing="nobody spoke"),
        "Mutual information of messages and what the speaker saw above chance, over the entropy of messages.",
    ),
)
"""Both; words that are said only once tell neither, and a message that signals need not be listened to."""
