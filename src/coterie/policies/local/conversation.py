"""A seat's conversation with a model of this process: what it has not read yet, and what it answers."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from coterie.core import ActionSpec, Choice, PolicyError, Prompt, Sample
from coterie.policies.local.constraint import TokenTrie
from coterie.policies.local.weighing import paths_of, restricted

if TYPE_CHECKING:
    from coterie.policies.local.policy import LocalPolicy


class LocalConversation:
    """One seat of one episode: a row of the engine."""

    def __init__(self, policy: "LocalPolicy", seed: int) -> None:
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
