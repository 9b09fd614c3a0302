"""Language models in this process as policies: every seat's cache is kept, all seats decode in one batch."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PreTrainedTokenizerFast
from transformers.utils import logging as transformers_logging

from coterie.core import ActionSpec, Choice, PolicyError, Text
from coterie.policies.local.constraint import TokenTrie
from coterie.policies.local.conversation import LocalConversation
from coterie.policies.local.engine import Engine
from coterie.policies.local.opening import Generation, generation_settings, open_model
from coterie.policies.local.saved import read_card, read_value_head
from coterie.policies.local.server import Server

# Opening and saving small models at every checkpoint would draw a progress bar each time.
transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


class LocalPolicy:
    """A causal language model of Transformers, sampled by the engine of this package.

    Turns that ask for a choice are sampled among the legal options only; speech and text are free. `at(temperature=0)`
    is the same model decoding greedily, on the same caches.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        name: str = "model",
        *,
        value_head: torch.nn.Linear | None = None,
        temperature: float = 1.0,
        tokens_per_word: float = 3.0,
        trainable: bool = True,
        dtype: torch.dtype = torch.float32,
        top_k: int = 0,
        top_p: float = 1.0,
    ) -> None:
        """Takes a model and its tokenizer.

        Args:
            model: any causal language model.
            tokenizer: its tokenizer; the end-of-sequence token ends a reply.
            name: on every sample, so that a learner finds its own.
            value_head: estimates the return from the last hidden state; None: samples carry no value.
            temperature: 1 samples from the model, 0 is greedy.
            tokens_per_word: how many tokens a word of speech may take at most, on average.
            trainable: whether its samples may train.
            dtype: of the weights and caches used for sampling.
            top_k: free words are drawn from so many of the likeliest tokens; 0: all.
            top_p: and from the likeliest that together have this probability; samples of a narrowed policy do not
                train, because a learner measures the whole distribution.
        """
        self.name, self.temperature, self.top_k, self.top_p = name, temperature, top_k, top_p
        self.trainable = trainable and not top_k and top_p == 1
        self.tokenizer, self.tokens_per_word = tokenizer, tokens_per_word
        self.server = Server(Engine(model, dtype=dtype), value_head)
        stop = tokenizer.eos_token_id
        if stop is None:
            raise PolicyError("the tokenizer has no end-of-sequence token; replies could not end")
        self.stop_id = int(stop)
        # A chat model may end its turn with another token than its tokenizer's.
        ends = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
        self.also_stop = tuple(each for each in (ends if isinstance(ends, list) else []) if each != self.stop_id)
        # In small worlds the same few sentences come again and again; tokenizing would cost more than reading them.
        self.encode = lru_cache(maxsize=50_000)(encoder(tokenizer))
        self.decode = lru_cache(maxsize=50_000)(self._decode)

    @property
    def version(self) -> int:
        """How many updates its weights have had."""
        return self.server.version

    @property
    def longest(self) -> int | None:
        """The most tokens a conversation may hold; None when the model names no limit."""
        return self.server.engine.positions

    @classmethod
    def from_pretrained(
        cls,
        folder: str | Path,
        name: str | None = None,
        *,
        temperature: float | None = 1.0,
        quantised: str | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> "LocalPolicy":
        """Opens a saved model: a folder, or a name that Transformers knows; a value head beside it is used.

        Args:
            folder: with a whole model, or with an adapter of PEFT, which is merged into the model it was made for.
            name: what samples call it.
            temperature: at which it decodes; None: as the model's own generation settings say, top_k and top_p too.
            quantised: `8bit` or `4bit`, where the machine has bitsandbytes.
            dtype: to compute in; a quantised model keeps its own.

        Raises:
            PolicyError: there is no causal model to open.
            ConfigError: this machine cannot open it so.
        """
        model, tokenizer = open_model(folder, quantised)
        card = read_card(folder)
        own = generation_settings(model) if temperature is None else Generation(temperature)
        return cls(
            model,
            tokenizer,
            name or str(card.get("policy") or Path(folder).name),
            value_head=read_value_head(folder),
            temperature=own.temperature,
            tokens_per_word=float(card.get("tokens_per_word", 3.0)),
            dtype=dtype,
            top_k=own.top_k,
            top_p=own.top_p,
        )

    def at(self, temperature: float, top_p: float | None = None) -> "LocalPolicy":
        """The same model on the same caches, decoding at another temperature; its samples do not train."""
        twin = object.__new__(LocalPolicy)
        twin.__dict__.update(self.__dict__)
        twin.temperature, twin.trainable = temperature, False
        twin.top_p = self.top_p if top_p is None else top_p
        return twin

    def publish(self, model: PreTrainedModel, value_head: torch.nn.Linear | None, version: int) -> None:
        """Takes new weights; what a learner calls after an update."""
        self.server.load(model, value_head, version)

    def open(self, seed: int) -> "LocalConversation":
        """Starts a conversation with a cache of its own."""
        return LocalConversation(self, seed)

    def _decode(self, token_ids: tuple[int, ...]) -> str:
        return str(self.tokenizer.decode(list(token_ids)))

    def ask(self, spec: ActionSpec) -> tuple[int, TokenTrie | None]:
        """How long a reply to a specification may be, in tokens, and among which options it is, where there are any."""
        options: tuple[str, ...] = ()
        if isinstance(spec.move, Choice) and spec.speech is None:
            options = spec.move.options
        elif spec.move is None and spec.speech is not None and spec.speech.max_words == 1:
            options = spec.speech.vocabulary
        if options:
            trie = TokenTrie.of([self.encode(option) for option in options], self.stop_id)
            return max(len(self.encode(option)) for option in options) + 1, trie
        words = (spec.speech.max_words if spec.speech else 0) + (spec.move.max_words if type(spec.move) is Text else 0)
        # A move among options beside speech, a number or a form is written out: names and punctuation need room too.
        words += 0 if spec.move is None or type(spec.move) is Text else 32
        return round(words * self.tokens_per_word) + 1, None


def encoder(tokenizer: PreTrainedTokenizerBase) -> Callable[[str], tuple[int, ...]]:
    """Returns what turns a text into token ids as `encode(text, add_special_tokens=False)` does.

    Of most tokenizers it is their core: Transformers asks so much before every text that it takes twice as long.
    """
    usual = type(tokenizer)._encode_plus is PreTrainedTokenizerFast._encode_plus
    if not usual or type(tokenizer).encode is not PreTrainedTokenizerBase.encode or tokenizer.split_special_tokens:
        return lambda text: tuple(tokenizer.encode(text, add_special_tokens=False))
    core = tokenizer.backend_tokenizer

    def encode(text: str) -> tuple[int, ...]:
        # Whoever else uses the tokenizer may have left these on.
        if core.truncation is not None:
            core.no_truncation()
        if core.padding is not None:
            core.no_padding()
        return tuple(core.encode(text, add_special_tokens=False).ids)

    return encode
