"""Drawing tokens: one uniform number a token, keyed by the row and by nothing else.

Axes: R rows, P rows of one call, V vocabulary, C choices (allowed ids of a constrained row, padded).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from coterie.policies.local.backend import Indices
from coterie.policies.local.rows import Rows

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class Draw(NamedTuple):
    """One token a row, and its log-probability under the distribution it was drawn from."""

    tokens_R: NDArray[np.int64]
    log_probs_R: NDArray[np.float64]


def sample_next(rows: Rows, rows_P: Indices, logits_PV: Tensor) -> None:
    """Gives each of some rows its next token: drawn from all, among those its options allow, or the one forced."""
    uniforms_P = uniforms(rows.seed_R[rows_P], rows.drawn_R[rows_P])
    temperatures_P = rows.temperature_R[rows_P]
    forced, choices = rows.next_forced(rows_P), rows.choices(rows_P)
    top_k_P, top_p_P = rows.top_k_R[rows_P], rows.top_p_R[rows_P]
    if top_k_P.any() or (top_p_P < 1).any():
        open_P = [piece not in choices for piece in range(len(rows_P))]
        logits_PV = narrowed(logits_PV, temperatures_P, np.where(open_P, top_k_P, 0), np.where(open_P, top_p_P, 1))
    if not choices:
        rows.take(rows_P, *draw(logits_PV, uniforms_P, temperatures_P, forced))
        return
    tokens_P, log_probs_P = np.empty(len(rows_P), dtype=np.int64), np.empty(len(rows_P))
    chosen = list(choices)
    free = [piece for piece in range(len(rows_P)) if piece not in choices]
    for pieces in filter(None, (free, chosen)):
        given = {place: forced[piece] for place, piece in enumerate(pieces) if piece in forced}
        arguments = uniforms_P[pieces], temperatures_P[pieces], given
        tokens_P[pieces], log_probs_P[pieces] = (
            draw_among(logits_PV[pieces], list(choices.values()), *arguments)
            if pieces is chosen
            else draw(logits_PV[pieces], *arguments)
        )
    rows.take(rows_P, tokens_P, log_probs_P)


def uniforms(seeds_R: NDArray[np.uint64], counts_R: NDArray[np.int64]) -> NDArray[np.float64]:
    """Returns one number in [0, 1) per row, a pure function of its seed and of how many it drew before.

    Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (SplitMix64). The seed is mixed
    first, so that neighbouring seeds do not walk along the same sequence.

    >>> seeds_R = np.array([8, 7], dtype=np.uint64)
    >>> bool(uniforms(seeds_R, np.array([3, 0]))[1] == uniforms(seeds_R[1:], np.array([0]))[0])
    True
    """
    bits_R = _mix(_mix(seeds_R + _GOLDEN) + (counts_R.astype(np.uint64) + np.uint64(1)) * _GOLDEN)
    # 52 bits, not 53: then uniform * total stays below total after rounding, so no token past the end is drawn.
    return (bits_R >> np.uint64(12)).astype(np.float64) * 2.0**-52


def draw(
    logits_RV: Tensor,
    uniforms_R: NDArray[np.float64],
    temperatures_R: NDArray[np.float64],
    given: Mapping[int, int],
) -> Draw:
    """Draws one token a row by inverting the cumulative distribution.

    Args:
        logits_RV: float32; minus infinity marks what may not be drawn.
        uniforms_R: in [0, 1).
        temperatures_R: above 0; 0 takes the likeliest token, with its log-probability at temperature 1.
        given: rows whose token is not drawn but this one.
    """
    device = logits_RV.device
    greedy_R = temperatures_R == 0
    if not (greedy_R | (temperatures_R == 1)).all():
        divisors_R = np.where(greedy_R, 1, temperatures_R).astype(np.float32)
        logits_RV = logits_RV / torch.from_numpy(divisors_R).to(device)[:, None]
    probabilities_RV = torch.softmax(logits_RV, dim=-1)
    # float64: the running sum over a large vocabulary would lose rare tokens in float32.
    cumulative_RV = probabilities_RV.cumsum(dim=-1, dtype=torch.float64)
    targets_R = torch.from_numpy(uniforms_R).to(device) * cumulative_RV[:, -1]
    tokens_R = torch.searchsorted(cumulative_RV, targets_R[:, None], right=True)[:, 0]
    if greedy_R.any():
        tokens_R = torch.where(torch.from_numpy(greedy_R).to(device), logits_RV.argmax(dim=-1), tokens_R)
    if given:
        tokens_R[list(given)] = torch.tensor(list(given.values()), device=device)
        # A given token may be so unlikely that its probability underflows; its logarithm does not.
        log_probs_R = torch.log_softmax(logits_RV, dim=-1).gather(-1, tokens_R[:, None])[:, 0]
    else:
        log_probs_R = probabilities_RV.gather(-1, tokens_R[:, None])[:, 0].log_()
    return Draw(tokens_R.cpu().numpy(), log_probs_R.double().cpu().numpy())


def draw_among(
    logits_RV: Tensor,
    choices: Sequence[Sequence[int]],
    uniforms_R: NDArray[np.float64],
    temperatures_R: NDArray[np.float64],
    given: Mapping[int, int],
) -> Draw:
    """Draws one token a row among its allowed ids only; the cost grows with the choices, not the vocabulary."""
    width = max(map(len, choices))
    ids_RC = np.array([[*ids, *[-1] * (width - len(ids))] for ids in choices])
    places_RC = torch.from_numpy(ids_RC).to(logits_RV.device)
    logits_RC = logits_RV.gather(-1, places_RC.clamp(min=0)).masked_fill_(places_RC < 0, -torch.inf)
    given_places = {row: choices[row].index(token) for row, token in given.items()}
    places_R, log_probs_R = draw(logits_RC, uniforms_R, temperatures_R, given_places)
    return Draw(ids_RC[np.arange(len(ids_RC)), places_R], log_probs_R)


def narrowed(
    logits_RV: Tensor,
    temperatures_R: NDArray[np.float64],
    top_k_R: NDArray[np.int64],
    top_p_R: NDArray[np.float64],
) -> Tensor:
    """Leaves to each row its likeliest tokens; the others get minus infinity.

    First `top_k` (0: all), then of these the fewest whose probabilities, at the row's temperature, sum to `top_p`, as
    Transformers narrows. Source: Holtzman et al., "The Curious Case of Neural Text Degeneration", section 3.1.

    >>> logits_RV = torch.tensor([[0.5, 0.3, 0.15, 0.05]]).log()
    >>> narrowed(logits_RV, np.ones(1), np.array([3]), np.array([0.7])).isfinite().tolist()
    [[True, True, False, False]]
    """
    device, size = logits_RV.device, logits_RV.shape[-1]
    order_RV = logits_RV.argsort(dim=-1, descending=True, stable=True)
    sorted_RV = logits_RV.gather(-1, order_RV)
    most_R = torch.from_numpy(np.where(top_k_R == 0, size, top_k_R)).to(device)
    out_RV = torch.arange(size, device=device)[None] >= most_R[:, None]
    divisors_R = torch.from_numpy(np.where(temperatures_R == 0, 1, temperatures_R)).to(device)
    probabilities_RV = torch.softmax(sorted_RV.masked_fill(out_RV, -torch.inf).double() / divisors_R[:, None], dim=-1)
    before_RV = probabilities_RV.cumsum(dim=-1) - probabilities_RV
    shares_R = torch.from_numpy(np.where(top_p_R >= 1, np.inf, top_p_R)).to(device)
    out_RV = out_RV | (before_RV >= shares_R[:, None])
    out_RV[:, 0] = False
    return logits_RV.masked_fill(torch.zeros_like(out_RV).scatter_(-1, order_RV, out_RV), -torch.inf)


def _mix(state_R: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state_R = (state_R ^ (state_R >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state_R = (state_R ^ (state_R >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state_R ^ (state_R >> np.uint64(31))
