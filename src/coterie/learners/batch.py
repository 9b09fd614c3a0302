"""From episodes to tensors: the sequences of one policy, with what each own token is worth.

Legend: B sequence, L position, N own sampled token, D decision (one sample), C constrained token, A allowed id,
V vocabulary.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Items
from dataclasses import dataclass, field, fields
from itertools import chain
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from coterie.core import Credit, Episode

TOKENS_AT_ONCE = 4096
"""Positions of one forward pass on a processor: few enough that what a layer makes stays near it."""
GRAIN = 8
"""Sequences are padded to multiples of this: fewer shapes, for each of which a library may compile a kernel."""


@dataclass(slots=True)
class Sequence:
    """One seat's tokens in one episode, exactly as the policy saw and sampled them."""

    ids: list[int] = field(default_factory=list)
    own: list[int] = field(default_factory=list)
    """Positions of own sampled tokens that train."""
    old_log_probs: list[float] = field(default_factory=list)
    advantages: list[float] = field(default_factory=list)
    decision: list[int] = field(default_factory=list)
    """For each own token, which decision of this sequence it belongs to."""
    allowed: list[tuple[int, ...] | None] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    """For each decision, the position of the last token before its answer."""
    targets: list[float] = field(default_factory=list)


def sequences(episodes: Items[Episode], credit: Credit, policy: str) -> list[Sequence]:
    """Collects what `policy` sampled, seat by seat; sequences in which nothing trains are left out."""
    found: list[Sequence] = []
    for episode, advantages, targets in zip(episodes, credit.advantages_ET, credit.targets_ET, strict=True):
        current: dict[str, Sequence] = {}
        for turn, advantage, target in zip(episode.turns, advantages, targets, strict=True):
            for sample in turn.samples:
                if sample.policy != policy or not sample.token_ids:
                    continue
                if sample.fresh or turn.agent not in current:
                    current[turn.agent] = Sequence()
                    found.append(current[turn.agent])
                line = current[turn.agent]
                line.ids.extend(sample.prompt_ids)
                start = len(line.ids)
                line.ids.extend(sample.token_ids)
                if advantage is None:
                    continue
                count = len(sample.token_ids)
                line.own.extend(range(start, start + count))
                line.old_log_probs.extend(sample.log_probs or [0.0] * count)
                line.advantages.extend([advantage] * count)
                line.decision.extend([len(line.asked)] * count)
                line.allowed.extend(sample.allowed or [None] * count)
                line.asked.append(start - 1)
                line.targets.append(0.0 if target is None else target)
    return [line for line in found if line.own]


@dataclass(slots=True)
class Piece:
    """Sequences side by side, padded on the right; causal models never look at what is to the right of them."""

    ids_BL: torch.Tensor
    before_N: torch.Tensor
    """Of each own token the position before it, which predicts it, in the flattened piece."""
    token_N: torch.Tensor
    asked_D: torch.Tensor
    """Of each decision the last token before its answer, in the flattened piece."""
    constrained_C: torch.Tensor
    """Which of the own tokens were drawn from a restricted set."""
    allowed_CA: torch.Tensor
    """The ids of that set, repeated to the same length."""
    repeats_CA: torch.Tensor
    """True where an id is only such a repetition."""


@dataclass(slots=True)
class Batch:
    """Sequences of similar length together in pieces; all that stands here is in the order of the sequences."""

    pieces: list[Piece]
    place_N: torch.Tensor
    """Where each own token is, when those of all pieces are laid end to end."""
    place_D: torch.Tensor
    """The same of decisions."""
    old_log_probs_N: torch.Tensor
    advantages_N: torch.Tensor
    decision_N: torch.Tensor
    targets_D: torch.Tensor


def collate(lines: Items[Sequence], device: torch.device, at_once: int | None = None) -> Batch:
    """Puts sequences into one batch, in pieces of at most `at_once` positions; None: as many as suit the device."""
    groups = list(_groups(lines, at_once or (TOKENS_AT_ONCE if device.type == "cpu" else None)))
    own_B = np.array([len(line.own) for line in lines])
    asked_B = np.array([len(line.asked) for line in lines])
    first_B = asked_B.cumsum() - asked_B
    order_B = np.concatenate(groups)
    decision_N = _flat((line.decision for line in lines), np.int64) + np.repeat(first_B, own_B)
    batch = Batch(
        [_piece([lines[index] for index in group]) for group in groups],
        place_N=torch.from_numpy(_places(order_B, own_B)),
        place_D=torch.from_numpy(_places(order_B, asked_B)),
        old_log_probs_N=torch.from_numpy(_flat((line.old_log_probs for line in lines), np.float32)),
        advantages_N=torch.from_numpy(_flat((line.advantages for line in lines), np.float32)),
        decision_N=torch.from_numpy(decision_N),
        targets_D=torch.from_numpy(_flat((line.targets for line in lines), np.float32)),
    )
    if device.type == "cpu":
        return batch
    return _moved(batch, device, pieces=[_moved(piece, device) for piece in batch.pieces])


def _groups(lines: Items[Sequence], most: int | None) -> Iterator[list[int]]:
    """Groups sequences by length, so that little is padding, in at most so many positions."""
    group: list[int] = []
    for index in sorted(range(len(lines)), key=lambda index: len(lines[index].ids)):
        if group and most is not None and (len(group) + 1) * len(lines[index].ids) > most:
            yield group
            group = []
        group.append(index)
    yield group


def _piece(lines: Items[Sequence]) -> Piece:
    width = -(-max(len(line.ids) for line in lines) // GRAIN) * GRAIN
    ids_BL = np.zeros((len(lines), width), np.int64)
    for row, line in enumerate(lines):
        ids_BL[row, : len(line.ids)] = line.ids
    rows_B = np.arange(len(lines)) * width
    own_N = _flat((line.own for line in lines), np.int64) + np.repeat(rows_B, [len(line.own) for line in lines])
    asked_D = _flat((line.asked for line in lines), np.int64) + np.repeat(rows_B, [len(line.asked) for line in lines])
    legal = [(place, ids) for place, ids in enumerate(chain.from_iterable(line.allowed for line in lines)) if ids]
    most = max((len(ids) for _, ids in legal), default=0)
    count_C = np.array([len(ids) for _, ids in legal], np.int64)
    allowed_CA = np.array([(*ids, *ids[:1] * (most - len(ids))) for _, ids in legal], np.int64).reshape(
        len(legal), most
    )
    return Piece(
        ids_BL=torch.from_numpy(ids_BL),
        before_N=torch.from_numpy(own_N - 1),
        token_N=torch.from_numpy(ids_BL.reshape(-1)[own_N]),
        asked_D=torch.from_numpy(asked_D),
        constrained_C=torch.tensor([place for place, _ in legal], dtype=torch.long),
        allowed_CA=torch.from_numpy(allowed_CA),
        repeats_CA=torch.from_numpy(np.arange(most) >= count_C[:, None]),
    )


def _flat(parts: Iterable[Items[float]], kind: type[np.generic]) -> NDArray[Any]:
    return np.fromiter(chain.from_iterable(parts), kind)


def _places(order_B: NDArray[np.int64], counts_B: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the things of each sequence are, when the sequences are laid end to end in another order.

    >>> _places(np.array([1, 0]), np.array([2, 3])).tolist()
    [3, 4, 0, 1, 2]
    """
    begins_B = np.empty(len(order_B), np.int64)
    begins_B[order_B] = counts_B[order_B].cumsum() - counts_B[order_B]
    steps_N = np.arange(counts_B.sum()) - np.repeat(counts_B.cumsum() - counts_B, counts_B)
    places_N: NDArray[np.int64] = np.repeat(begins_B, counts_B) + steps_N
    return places_N


Moved = TypeVar("Moved", Batch, Piece)


def _moved(values: Moved, device: torch.device, **given: Any) -> Moved:
    rest = {each.name: getattr(values, each.name) for each in fields(values) if each.name not in given}
    return type(values)(**given, **{name: value.to(device) for name, value in rest.items()})


def token_log_probs(
    logits_NV: torch.Tensor, piece: Piece, temperature: float = 1.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probability of each own token and entropy of the distribution it was drawn from, [N] each.

    Tokens drawn from a restricted set are measured within that set, as the sampler did.
    """
    logits_NV = logits_NV.float()
    if temperature not in (0.0, 1.0):
        logits_NV = logits_NV / temperature
    if len(piece.constrained_C) == len(piece.token_N):
        return _within(logits_NV, piece, piece.token_N)
    log_probs_N, entropy_N = measured(logits_NV, piece.token_N)
    if len(piece.constrained_C):
        restricted_CV = logits_NV[piece.constrained_C]
        log_probs_C, entropy_C = _within(restricted_CV, piece, piece.token_N[piece.constrained_C])
        log_probs_N = log_probs_N.index_copy(0, piece.constrained_C, log_probs_C)
        entropy_N = entropy_N.index_copy(0, piece.constrained_C, entropy_C)
    return log_probs_N, entropy_N


def _within(logits_CV: torch.Tensor, piece: Piece, token_C: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    within_CA = logits_CV.gather(1, piece.allowed_CA).masked_fill(piece.repeats_CA, float("-inf"))
    log_within_CA = within_CA.log_softmax(-1)
    log_probs_C = logits_CV.gather(1, token_C[:, None])[:, 0] - within_CA.logsumexp(-1)
    finite_CA = log_within_CA.masked_fill(piece.repeats_CA, 0.0)
    return log_probs_C, -(log_within_CA.exp() * finite_CA).sum(-1)


class _Measured(torch.autograd.Function):
    """Both measures from one softmax; the entropy's gradient is only computed where a loss asks for it."""

    @staticmethod
    def forward(ctx: Any, logits_NV: torch.Tensor, token_N: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        log_all_NV = logits_NV.log_softmax(-1)
        entropy_N = -(log_all_NV.exp() * log_all_NV).sum(-1)
        ctx.save_for_backward(log_all_NV, entropy_N, token_N)
        ctx.set_materialize_grads(False)
        return log_all_NV.gather(1, token_N[:, None])[:, 0], entropy_N

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor | None) -> tuple[torch.Tensor | None, None]:
        """By logits, log p changes as onehot - p, and the entropy H as -p (log p + H)."""
        of_log_prob_N, of_entropy_N = gradients
        log_all_NV, entropy_N, token_N = ctx.saved_tensors
        probs_NV = log_all_NV.exp()
        total_NV = torch.zeros_like(probs_NV)
        if of_entropy_N is not None and of_entropy_N.any():
            total_NV -= probs_NV * (log_all_NV + entropy_N[:, None]) * of_entropy_N[:, None]
        if of_log_prob_N is not None:
            total_NV.addcmul_(probs_NV, of_log_prob_N[:, None], value=-1)
            total_NV.scatter_add_(1, token_N[:, None], of_log_prob_N[:, None])
        return total_NV, None


def measured(logits_NV: torch.Tensor, token_N: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probability of each token, and entropy of each distribution.

    >>> log_probs_N, entropy_N = measured(torch.zeros(1, 4), torch.tensor([2]))
    >>> round(float(log_probs_N.exp()), 6), round(float(entropy_N.exp()), 6)
    (0.25, 4.0)
    """
    both: tuple[torch.Tensor, torch.Tensor] = _Measured.apply(logits_NV, token_N)  # type: ignore[no-untyped-call]
    return both
