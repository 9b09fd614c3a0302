"""Language models in this process as policies: every seat's cache is kept, all seats decode in one batch."""

import json
import math
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PreTrainedTokenizerFast
from transformers.utils import logging as transformers_logging

from coterie.core import ActionSpec, Choice, Json, PolicyError, Prompt, Sample, Text
from coterie.policies.local.constraint import TokenTrie
from coterie.policies.local.engine import Engine
from coterie.policies.local.opening import Generation, generation_settings, open_model
from coterie.policies.local.server import Server
from coterie.policies.local.weighing import paths_of, restricted

# Opening and saving small models at every checkpoint would draw a progress bar each time.
transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]

VALUE_HEAD = "value_head.safetensors"
"""The file beside a saved model that holds its value head."""
POLICY_CARD = "policy.json"
"""The file beside a saved model that says how to seat it: its name, its codec, the tokens a word may take."""


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


def read_value_head(folder: str | Path) -> torch.nn.Linear | None:
    """The value head beside a saved model, where there is one."""
    if not (saved := Path(folder) / VALUE_HEAD).exists():
        return None
    weights = load_file(saved)
    head = torch.nn.Linear(weights["weight"].shape[1], 1, dtype=weights["weight"].dtype)
    head.load_state_dict(weights)
    return head


def read_card(folder: str | Path) -> dict[str, Json]:
    """What a saved model's card says; empty where a model has none."""
    path = Path(folder) / POLICY_CARD
    card: dict[str, Json] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return card


class LocalConversation:
    """One seat of one episode: a row of the engine."""

    def __init__(self, policy: LocalPolicy, seed: int) -> None:
        """Opens the row."""
        self.policy, self.seed = policy, seed
        self.row = policy.server.engine.open(seed)
        self.chat: list[dict[str, str]] = []
        self.rendered = ""
        self.fresh = True
        self.past: tuple[int, ...] = ()  # recalled and not yet read by the model

    async def sample(self, prompt: Prompt, spec: ActionSpec) -> Sample:
        """Encodes only what is new, samples a reply, and keeps both in the cache.

        Raises:
            PolicyError: the conversation has grown longer than the model can read.
        """
        return await self.reply(prompt, *self.policy.ask(spec))

    async def reply(
        self,
        prompt: Prompt,
        limit: int,
        trie: TokenTrie | None = None,
        hear: Callable[[tuple[int, ...]], None] | None = None,
    ) -> Sample:
        """The same, with a limit in tokens; `hear` is called with the tokens so far, while they are being sampled.

        Raises:
            PolicyError: the conversation has grown longer than the model can read.
        """
        policy = self.policy
        prompt_ids = self._new_ids(prompt)
        done, value, version = await policy.server.complete(
            self.row,
            prompt_ids,
            limit,
            policy.stop_id,
            policy.temperature,
            trie,
            hear=hear,
            also_stop=policy.also_stop,
            top_k=policy.top_k,
            top_p=policy.top_p,
        )
        token_ids = done.token_ids
        words = token_ids[:-1] if done.finish == "stop" else token_ids
        text = policy.decode(words)
        self._note_answer(text)
        fresh, self.fresh = self.fresh, False
        return Sample(
            text,
            policy.name,
            version,
            prompt_ids=prompt_ids,
            token_ids=token_ids,
            log_probs=done.log_probs,
            allowed=done.allowed,
            value=value,
            fresh=fresh,
            finish=done.finish,
        )

    def recall(self, prompt: Prompt, sample: Sample) -> None:
        """Takes a prompt and its recorded answer as its own past; the model reads them with the next prompt."""
        policy = self.policy
        self.past = (*self._new_ids(prompt), *(sample.token_ids or (*policy.encode(sample.text), policy.stop_id)))
        self._note_answer(sample.text)

    async def weigh(self, prompt: Prompt, spec: ActionSpec) -> dict[str, float]:
        """The probability of each option of a choice, as it would be sampled."""
        # Greedy decoding is the limit of ever lower temperatures.
        log_probs = self._log_probs(prompt, spec, self.policy.temperature or 1e-9)
        return {option: math.exp(log_prob) for option, log_prob in log_probs.items()}

    def _log_probs(self, prompt: Prompt, spec: ActionSpec, temperature: float) -> dict[str, float]:
        policy = self.policy
        assert isinstance(spec.move, Choice)
        token_ids = [policy.encode(option) for option in spec.move.options]
        paths = paths_of(token_ids, policy.stop_id)
        (scores,) = policy.server.engine.score([(self.row, self._new_ids(prompt), paths)])
        trie = TokenTrie.of(token_ids, policy.stop_id)
        found = restricted(trie, token_ids, dict(zip(paths, scores, strict=True)), temperature)
        return dict(zip(spec.move.options, found, strict=True))

    def _note_answer(self, text: str) -> None:
        if self.chat:
            self.chat.append({"role": "assistant", "content": text})
            self.rendered += text + self.policy.tokenizer.eos_token

    def _new_ids(self, prompt: Prompt) -> tuple[int, ...]:
        """The tokens that the row has not seen: what was recalled, and the prompt."""
        new = self._prompt_ids(prompt)
        past, self.past = self.past, ()
        return (*past, *new)

    def _prompt_ids(self, prompt: Prompt) -> tuple[int, ...]:
        """The tokens of what is new: plain text as it stands, chat messages through the model's template."""
        if len(prompt) == 1 and prompt[0].role == "plain":
            return self.policy.encode(prompt[0].content)
        if all(message.role == "plain" for message in prompt):
            return tuple(token for message in prompt for token in self.policy.encode(message.content))
        for message in prompt:
            # A codec cannot know which turn is the first: it opens every prompt with the system message.
            if message.role != "system" or not self.chat:
                self.chat.append({"role": message.role, "content": message.content})
        tokenizer = self.policy.tokenizer
        if not tokenizer.chat_template:
            raise PolicyError(
                f"the tokenizer of {self.policy.name} has no chat template, so it cannot chat; seat it with the "
                "compact codec, or give its tokenizer one"
            )
        try:
            whole = str(tokenizer.apply_chat_template(self.chat, tokenize=False, add_generation_prompt=True))
        except Exception as error:  # the template's own complaint, such as two messages of one role in a row
            raise PolicyError(f"the chat template of {self.policy.name} refuses this chat: {error}") from error
        new = whole.removeprefix(self.rendered) if self.rendered else whole
        if self.rendered and len(new) == len(whole):
            # The template rewrote the past (dropped an old thought, say): what is cached is no longer what was said.
            engine = self.policy.server.engine
            engine.close(self.row)
            self.row, self.fresh, self.past = engine.open(self.seed + len(self.chat)), True, ()
        self.rendered = whole
        return self.policy.encode(new)

    def close(self) -> None:
        """Gives the row back."""
        self.policy.server.close(self.row)
