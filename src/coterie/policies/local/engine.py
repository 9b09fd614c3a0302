"""Sampling from a causal language model for many conversations at once, each encoded only once.

Axes: W wanted tokens, V vocabulary, R rows, H hidden.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from coterie.policies.local.backend import Backend, Indices
from coterie.policies.local.branches import Branches
from coterie.policies.local.constraint import TokenTrie
from coterie.policies.local.errors import ContextLengthError, RowStateError
from coterie.policies.local.generic import Generic
from coterie.policies.local.rows import Completion, Rows
from coterie.policies.local.sampling import sample_next
from coterie.policies.local.transformer import Transformer
from coterie.policies.local.weights import is_fast

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class Engine:
    """A model and the conversations it is having.

    A row is the history of one seat of one episode, and only grows: prompts are appended, replies are sampled. Only
    new tokens are encoded, together with those of all other rows at work.

    Each sampled token takes one uniform number from a stream of its row's seed, so a row's text does not depend on
    which rows it shares a batch with - up to rounding: products of different shapes add in different orders, which
    moves probabilities by about 1e-7, and a token changes when its uniform number falls into such a gap.

    Args:
        model: any Hugging Face causal language model. The Llama family and GPT-2 run on the engine's own forward pass,
            the rest on the model's. Weights are copied: training the model changes nothing here until `load`.
        dtype: to compute in.

    >>> from transformers import GPT2Config, GPT2LMHeadModel
    >>> config = GPT2Config(vocab_size=32, n_embd=16, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0)
    >>> engine = Engine(GPT2LMHeadModel(config))
    >>> row = engine.open(seed=1)
    >>> engine.submit(row, [3, 4, 5], limit=2)
    >>> while engine.active:
    ...     finished = engine.step()
    >>> finished[0].row == row, len(finished[0].token_ids), finished[0].finish
    (True, 2, 'length')
    """

    def __init__(self, model: "PreTrainedModel", dtype: torch.dtype = torch.float32) -> None:
        """Copies the weights of a model."""
        self._backend: Backend = Transformer(model, dtype) if is_fast(model) else Generic(model, dtype)
        self._rows = Rows()
        self._index: dict[int, int] = {}
        """The table row of each open handle."""
        self._active: dict[int, int] = {}
        """The same, of those with work."""
        self._opened = 0

    @property
    def active(self) -> int:
        """The number of rows with work."""
        return len(self._active)

    @property
    def positions(self) -> int | None:
        """The longest history the model can read; None when it names no limit."""
        return self._backend.positions

    def open(self, seed: int) -> int:
        """Returns a new row; `seed` alone decides its luck."""
        handle, self._opened = self._opened, self._opened + 1
        self._index[handle] = self._rows.open(handle, seed)
        return handle

    def close(self, row: int) -> None:
        """Forgets a row, and its reply if it is at work."""
        index = self._open_row(row)
        self._backend.forget(index)
        self._rows.close(index)
        self._active.pop(row, None)
        del self._index[row]

    def submit(
        self,
        row: int,
        prompt_ids: Sequence[int],
        *,
        limit: int = 8,
        stop_ids: Sequence[int] = (),
        temperature: float = 1.0,
        allowed: TokenTrie | None = None,
        forced: Sequence[int] = (),
        top_k: int = 0,
        top_p: float = 1.0,
    ) -> None:
        """Appends a prompt to a row and asks for a reply.

        Args:
            row: open and idle.
            prompt_ids: what is new since the row's last reply; may be empty when the row has a history.
            limit: most tokens of the reply.
            stop_ids: a reply ends after any of these.
            temperature: 0 takes the likeliest token.
            allowed: the options the reply must be one of; it ends with the trie's stop id.
            forced: tokens the reply begins with; they get the log-probabilities they would have been sampled with.
            top_k: so many of the likeliest tokens are drawn from; 0: all. Options are not narrowed.
            top_p: the likeliest tokens that together have this probability are drawn from.

        Raises:
            ContextLengthError: the history would outgrow the model.
            RowStateError: the row is not open, or is at work.
            ValueError: a request that cannot be met.
        """
        index = self._idle_row(row)
        if top_k < 0 or not 0 < top_p <= 1:
            raise ValueError(f"found top_k {top_k} and top_p {top_p}, expected at least 0, and above 0 and at most 1")
        if limit < 1 or temperature < 0 or len(forced) > limit:
            raise ValueError(
                f"limit {limit}, temperature {temperature}, {len(forced)} forced tokens; the limit must be at least 1 "
                "and hold the forced tokens, the temperature must not be negative"
            )
        if allowed is not None and not allowed.permits(forced):
            raise ValueError(f"forced tokens {tuple(forced)} begin none of the allowed options; force legal ones")
        self._check_ids(forced if allowed is None else (*forced, allowed.highest))
        self._check_prompt(row, index, prompt_ids, limit)
        self._rows.append(index, prompt_ids)
        self._rows.begin(index, limit, stop_ids, temperature, allowed, tuple(forced), (top_k, top_p))
        self._active[row] = index

    def so_far(self, row: int) -> tuple[int, ...]:
        """What a row at work has said of its reply until now."""
        return self._rows.reply(self._open_row(row))

    @torch.inference_mode()
    def step(self) -> list[Completion]:
        """Samples one token for every row at work, after encoding what is new; returns the replies that ended."""
        rows_P = np.fromiter(self._active.values(), np.int64, len(self._active))
        waiting_P = rows_P[self._rows.finish_R[rows_P] == 0]
        if len(waiting_P):
            logits_PV = self._backend.logits(self._rows.new_tokens(waiting_P, {}))
            self._rows.encoded_R[waiting_P] = self._rows.length_R[waiting_P]
            sample_next(self._rows, waiting_P, logits_PV)
        finished_P = rows_P[self._rows.finish_R[rows_P] != 0]
        completions = [self._rows.complete(row) for row in finished_P.tolist()]
        for completion in completions:
            del self._active[completion.row]
        return completions

    @torch.inference_mode()
    def score(self, questions: Sequence[tuple[int, Sequence[int], Sequence[Sequence[int]]]]) -> list[list[float]]:
        """Returns the log-probability of each option after a row's history and a prompt.

        The prompt joins the history, the options do not. Beginnings that options share are encoded once.

        Args:
            questions: row, prompt, options; at least one, and each row at most once.

        Raises:
            ContextLengthError: the history would outgrow the model.
            RowStateError: a row is not open, is at work, or comes twice.
            ValueError: an option without tokens, or with tokens that the model does not have.
        """
        branches = {piece: Branches(options) for piece, (_, _, options) in enumerate(questions)}
        self._check_ids([token for _, _, options in questions for option in options for token in option])
        longest = [max(map(len, options), default=0) for _, _, options in questions]
        rows_P = self._append([(row, prompt) for row, prompt, _ in questions], longest)
        log_probs_WV = torch.log_softmax(self._backend.logits(self._rows.new_tokens(rows_P, branches)), dim=-1)
        self._rows.encoded_R[rows_P] = self._rows.length_R[rows_P]
        reads, first = [], 0
        for tree in branches.values():
            reads += [(first + place, token) for option in tree.reads for place, token in option]
            first += 1 + len(tree.tokens)
        values = iter(log_probs_WV[[place for place, _ in reads], [token for _, token in reads]].tolist())
        return [[sum(next(values) for _ in option) for option in tree.reads] for tree in branches.values()]

    @torch.inference_mode()
    def final_hidden(self, prompts: Sequence[tuple[int, Sequence[int]]]) -> Tensor:
        """Returns the hidden state after the final norm at each prompt's last token, float32 `[R, H]`.

        The prompts join the histories. For value and Q heads; a reply may be asked for next, with an empty prompt.

        Raises:
            ContextLengthError: a history would outgrow the model.
            RowStateError: a row is not open, is at work, or comes twice.
        """
        rows_P = self._append(prompts, [0] * len(prompts))
        hidden_PH = self._backend.hidden(self._rows.new_tokens(rows_P, {})).float()
        self._rows.encoded_R[rows_P] = self._rows.length_R[rows_P]
        return hidden_PH

    def load(self, source: "PreTrainedModel | Mapping[str, Tensor]") -> None:
        """Takes new weights: a model like the first, or its `state_dict`.

        Open rows stay open; their tokens are encoded anew when next used.

        Raises:
            RowStateError: rows are at work.
            KeyError: a weight is missing.
        """
        if self._active:
            raise RowStateError(f"{self.active} rows are at work; call step until none is, then load new weights")
        self._backend.load(source if isinstance(source, Mapping) else source.state_dict())
        self._rows.encoded_R[:] = 0

    def _append(self, prompts: Sequence[tuple[int, Sequence[int]]], longest: Sequence[int]) -> Indices:
        rows = [self._idle_row(row) for row, _ in prompts]
        if len(set(rows)) < len(rows):
            raise RowStateError("a row comes twice in one call; ask once per row, with all options together")
        for index, (row, prompt), length in zip(rows, prompts, longest, strict=True):
            self._check_prompt(row, index, prompt, length)
        for index, (_, prompt) in zip(rows, prompts, strict=True):
            self._rows.append(index, prompt)
        return np.array(rows)

    def _check_prompt(self, row: int, index: int, prompt_ids: Sequence[int], extra: int) -> None:
        length = int(self._rows.length_R[index])
        if not length and not len(prompt_ids):
            raise ValueError(f"row {row} has no tokens and the prompt is empty; begin with at least one token")
        self._check_ids(prompt_ids)
        total, most = length + len(prompt_ids) + extra, self._backend.positions
        if most is not None and total > most:
            raise ContextLengthError(
                f"row {row} would hold {total} tokens ({length} so far, {len(prompt_ids)} new, up to {extra} to come), "
                f"the model has positions for {most}; shorten the prompts, lower the limit, or use a model with a "
                "longer context"
            )

    def _check_ids(self, token_ids: Sequence[int]) -> None:
        vocabulary = self._backend.vocabulary
        if len(token_ids) and not 0 <= min(token_ids) <= max(token_ids) < vocabulary:
            wrong = [token for token in token_ids if not 0 <= token < vocabulary]
            raise ValueError(f"token ids {wrong[:5]} are not in 0..{vocabulary - 1}; check the tokenizer")

    def _open_row(self, row: int) -> int:
        if row not in self._index:
            raise RowStateError(f"row {row} is not open; use a row from open() that was not closed")
        return self._index[row]

    def _idle_row(self, row: int) -> int:
        if row in self._active:
            raise RowStateError(f"row {row} is at work; call step until its reply is there")
        return self._open_row(row)
