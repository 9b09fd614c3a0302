"""How likely a language model finds each legal answer to what it has read, for whole batches and with gradients.

Only what is a choice is measured: at every point of an answer the probability of its next token is shared among the
tokens with which a legal answer can go on there, as `coterie.policies.local` samples it. Axes: B texts, L tokens of a
text, A answers, T tokens of an answer, S sequences, P places in them, N points of choice, E tokens to choose from, H
width of the model, V vocabulary.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from coterie.learners.heads import decoder, head, head_is_plain

ILLEGAL = -1e9
"""The log-probability of what is not legal: low enough to never be drawn, and finite, so that losses stay numbers."""
Indices = npt.NDArray[np.int64]


class Scorer(torch.nn.Module):
    """A causal language model and a value head on its last hidden state."""

    def __init__(self, model: Any, value_head: torch.nn.Linear) -> None:
        """Takes a model of Transformers, or of PEFT around one."""
        super().__init__()
        self.model, self.value_head = model, value_head
        self.direct = head_is_plain(model)

    def forward(self, text_BL: Tensor, rows_BAT: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the log-probability of every answer, `[B, A]`, and the value of every text, `[B]`.

        Args:
            text_BL: token ids, below 0 after the end of a text.
            rows_BAT: token ids of the legal answers, below 0 after their end and where no answer is.
        """
        batch = _lay_out(text_BL.cpu().numpy(), rows_BAT.cpu().numpy())
        device = self.value_head.weight.device
        hidden_PH, logits = self._read(torch.from_numpy(batch.ids_SP).to(device))
        values_B = self.value_head(hidden_PH[torch.from_numpy(batch.ends_B).to(device)])[:, 0].float()
        count, answers = rows_BAT.shape[:2]
        log_probs_X = torch.full((count * answers,), ILLEGAL, device=device)
        log_probs_X[torch.from_numpy(batch.legal_X).to(device)] = 0.0
        if len(batch.points_N):
            token_E, point_E = (torch.from_numpy(each).to(device) for each in (batch.token_E, batch.point_E))
            scores_E = logits(torch.from_numpy(batch.points_N).to(device))[point_E, token_E].float()
            edges_E = scores_E - _log_sum_exp(scores_E, point_E, len(batch.points_N))[point_E]
            edge, answer = (torch.from_numpy(each).to(device) for each in (batch.edge, batch.answer))
            log_probs_X = log_probs_X.index_add(0, answer, edges_E[edge])
        return log_probs_X.view(count, answers), values_B

    def values(self, text_BL: Tensor) -> Tensor:
        """Returns the value of every text, `[B]`."""
        nothing_BAT = torch.full((len(text_BL), 1, 1), -1)
        return self.forward(text_BL, nothing_BAT)[1]

    def _read(self, ids_SP: Tensor) -> tuple[Tensor, Any]:
        """Hidden states of all places, one after another, and what makes logits of some of them."""
        if self.direct:
            hidden_SPH = decoder(self.model)(input_ids=ids_SP, use_cache=False).last_hidden_state
            hidden_PH = hidden_SPH.reshape(-1, hidden_SPH.shape[-1])
            return hidden_PH, lambda places: head(self.model)(hidden_PH[places])
        output = self.model(input_ids=ids_SP, use_cache=False, output_hidden_states=True)
        logits_PV = output.logits.reshape(-1, output.logits.shape[-1])
        hidden_SPH = output.hidden_states[-1]
        return hidden_SPH.reshape(-1, hidden_SPH.shape[-1]), lambda places: logits_PV[places]


def _log_sum_exp(scores_E: Tensor, point_E: Tensor, points: int) -> Tensor:
    """The logarithm of the sum at every point of choice, `[N]`."""
    top_N = scores_E.new_full((points,), -torch.inf).scatter_reduce(0, point_E, scores_E.detach(), "amax")
    sums_N = scores_E.new_zeros(points).index_add(0, point_E, (scores_E - top_N[point_E]).exp())
    return top_N + sums_N.log()


class Tree(NamedTuple):
    """Where the legal answers to one turn part, and which ways lead to which."""

    lines: tuple[tuple[int, ...], ...]
    """What must be read after the text: the longest ways to points of choice."""
    point_line: Indices
    """Of every point the line that passes it."""
    point_depth: Indices
    """And how many of its tokens come before."""
    token_E: Indices
    point_E: Indices
    edge: Indices
    """Pairs: which choice is part of which answer."""
    answer: Indices
    legal: Indices
    """The numbers of the legal answers."""


@lru_cache(maxsize=50_000)
def _tree(rows: bytes, answers: int) -> Tree:
    """Finds where answers part; `rows` is an int32 array `[A, T]`."""
    rows_AT = np.frombuffer(rows, np.int32).reshape(answers, -1)
    paths = {number: tuple(int(token) for token in row if token >= 0) for number, row in enumerate(rows_AT)}
    paths = {number: path for number, path in paths.items() if path}
    following: dict[tuple[int, ...], set[int]] = {}
    for path in paths.values():
        for depth, token in enumerate(path):
            following.setdefault(path[:depth], set()).add(token)
    points = [way for way, tokens in following.items() if len(tokens) > 1]
    lines = [way for way in points if not any(len(way) < len(other) and other[: len(way)] == way for other in points)]
    edges = {(way, token): 0 for way in points for token in sorted(following[way])}
    edges = {edge: number for number, edge in enumerate(edges)}
    place = {way: number for number, way in enumerate(points)}
    pairs = [
        (edges[path[:depth], token], number)
        for number, path in paths.items()
        for depth, token in enumerate(path)
        if (path[:depth], token) in edges
    ]
    passes = [next(number for number, line in enumerate(lines) if line[: len(way)] == way) for way in points]
    return Tree(
        tuple(lines) or ((),),
        _array(passes),
        _array([len(way) for way in points]),
        _array([token for _, token in edges]),
        _array([place[way] for way, _ in edges]),
        _array([edge for edge, _ in pairs]),
        _array([number for _, number in pairs]),
        _array(list(paths)),
    )


class Batch(NamedTuple):
    """Texts with their trees, laid out for one pass of the model; places count through all sequences."""

    ids_SP: Indices
    ends_B: Indices
    """Place of the last token of every text."""
    points_N: Indices
    """Place of every point of choice."""
    token_E: Indices
    point_E: Indices
    edge: Indices
    answer: Indices
    legal_X: Indices


def _lay_out(text_BL: npt.NDArray[Any], rows_BAT: npt.NDArray[Any]) -> Batch:
    answers = rows_BAT.shape[1]
    rows_BAT = np.ascontiguousarray(rows_BAT, np.int32)
    trees = [_tree(rows.tobytes(), answers) for rows in rows_BAT]
    lengths_B = np.maximum((text_BL >= 0).sum(1), 1)  # an empty text is one token, of whatever kind
    firsts_B = np.cumsum([0, *(len(tree.lines) for tree in trees)])
    width = int(max(lengths_B[at] + max(map(len, tree.lines)) for at, tree in enumerate(trees)))
    ids_SP = np.zeros((int(firsts_B[-1]), width), np.int64)
    parts: list[tuple[Indices, ...]] = []
    seen_points = seen_edges = 0
    for at, tree in enumerate(trees):
        first, length = int(firsts_B[at]), int(lengths_B[at])
        ids_SP[first : first + len(tree.lines), :length] = np.maximum(text_BL[at, :length], 0)
        for number, line in enumerate(tree.lines):
            ids_SP[first + number, length : length + len(line)] = line
        places = (first + tree.point_line) * width + length - 1 + tree.point_depth
        numbers = (tree.answer + at * answers, tree.legal + at * answers)
        parts.append((places, tree.token_E, tree.point_E + seen_points, tree.edge + seen_edges, *numbers))
        seen_points, seen_edges = seen_points + len(tree.point_line), seen_edges + len(tree.token_E)
    ends_B = firsts_B[:-1] * width + lengths_B - 1
    return Batch(ids_SP, ends_B, *map(np.concatenate, zip(*parts, strict=True)))


def _array(numbers: list[int]) -> Indices:
    return np.array(numbers, np.int64)
