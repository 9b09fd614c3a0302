"""From episodes to tensors: the sequences of one policy, with what each own token is worth.

Legend: B sequence, L position, N own sampled token, D decision (one sample), A allowed id.
"""

from collections.abc import Sequence as Items
from dataclasses import dataclass, field

import torch

from coterie.core import Credit, Episode


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
class Batch:
    """Sequences side by side, padded on the right; causal models never look at what is to the right of them."""

    ids_BL: torch.Tensor
    own_N: torch.Tensor
    """Index of each own token in the flattened batch; the position before it predicts it."""
    token_N: torch.Tensor
    old_log_probs_N: torch.Tensor
    advantages_N: torch.Tensor
    decision_N: torch.Tensor
    asked_D: torch.Tensor
    targets_D: torch.Tensor
    constrained: torch.Tensor
    """Which of the own tokens were drawn from a restricted set."""
    allowed: torch.Tensor
    """[constrained, A] the ids of that set, repeated to the same length."""
    repeats: torch.Tensor
    """[constrained, A] True where an id is only such a repetition."""


def collate(lines: Items[Sequence], device: torch.device) -> Batch:
    """Puts sequences into one batch."""
    width = max(len(line.ids) for line in lines)
    ids_BL = torch.zeros(len(lines), width, dtype=torch.long)
    own: list[int] = []
    decision: list[int] = []
    asked: list[int] = []
    constrained: list[int] = []
    allowed: list[tuple[int, ...]] = []
    for row, line in enumerate(lines):
        ids_BL[row, : len(line.ids)] = torch.tensor(line.ids)
        constrained.extend(len(own) + place for place, ids in enumerate(line.allowed) if ids is not None)
        allowed.extend(ids for ids in line.allowed if ids is not None)
        own.extend(row * width + position for position in line.own)
        decision.extend(len(asked) + index for index in line.decision)
        asked.extend(row * width + position for position in line.asked)
    most = max((len(ids) for ids in allowed), default=0)
    own_N = torch.tensor(own)
    batch = Batch(
        ids_BL=ids_BL,
        own_N=own_N,
        token_N=ids_BL.view(-1)[own_N],
        old_log_probs_N=torch.tensor([value for line in lines for value in line.old_log_probs]),
        advantages_N=torch.tensor([value for line in lines for value in line.advantages]),
        decision_N=torch.tensor(decision),
        asked_D=torch.tensor(asked),
        targets_D=torch.tensor([value for line in lines for value in line.targets]),
        constrained=torch.tensor(constrained, dtype=torch.long),
        allowed=torch.tensor([(*ids, *[ids[0]] * (most - len(ids))) for ids in allowed], dtype=torch.long),
        repeats=torch.tensor([[False] * len(ids) + [True] * (most - len(ids)) for ids in allowed], dtype=torch.bool),
    )
    if device.type != "cpu":
        for name in Batch.__slots__:
            setattr(batch, name, getattr(batch, name).to(device))
    return batch


def token_log_probs(
    logits_NV: torch.Tensor, batch: Batch, temperature: float = 1.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probability of each own token and entropy of the distribution it was drawn from, [N] each.

    Tokens drawn from a restricted set are measured within that set, as the sampler did.
    """
    logits_NV = logits_NV.float()
    if temperature not in (0.0, 1.0):
        logits_NV = logits_NV / temperature
    chosen_N = logits_NV.gather(1, batch.token_N[:, None])[:, 0]
    log_all_NV = logits_NV.log_softmax(-1)
    log_probs_N = log_all_NV.gather(1, batch.token_N[:, None])[:, 0]
    entropy_N = -(log_all_NV.exp() * log_all_NV).sum(-1)
    if len(batch.constrained):
        within = logits_NV[batch.constrained].gather(1, batch.allowed).masked_fill(batch.repeats, float("-inf"))
        log_within = within.log_softmax(-1)
        chosen = chosen_N[batch.constrained] - within.logsumexp(-1)
        log_probs_N = log_probs_N.index_copy(0, batch.constrained, chosen)
        finite = log_within.masked_fill(batch.repeats, 0.0)
        spread = -(log_within.exp() * finite).sum(-1)
        entropy_N = entropy_N.index_copy(0, batch.constrained, spread)
    return log_probs_N, entropy_N
