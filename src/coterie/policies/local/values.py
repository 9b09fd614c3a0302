"""A language model that acts by action values: Q(s, a) = V(s) + scale log pi(a | s) over the legal options."""

import random

from coterie.core import ActionSpec, Choice, PolicyError, Prompt, Sample
from coterie.policies.local.constraint import TokenTrie
from coterie.policies.local.conversation import LocalConversation
from coterie.policies.local.policy import LocalPolicy
from coterie.policies.local.weighing import paths_of, restricted


class ValuePolicy(LocalPolicy):
    """Takes the option of highest value, or with probability `epsilon` any; samples carry every option's value.

    Made like a LocalPolicy with a value head; `algorithms.QLearning` with the same `scale` trains it.
    """

    scale: float = 0.1
    epsilon: float = 0.1

    def exploring(self, epsilon: float) -> "ValuePolicy":
        """The same model on the same caches, exploring so much; at 0 its samples do not train."""
        twin = object.__new__(ValuePolicy)
        twin.__dict__.update(self.__dict__)
        twin.epsilon, twin.trainable = epsilon, self.trainable and epsilon > 0
        return twin

    def open(self, seed: int) -> "ValueConversation":
        """Starts a conversation with a cache of its own."""
        return ValueConversation(self, seed)


class ValueConversation(LocalConversation):
    """One seat of one episode."""

    def __init__(self, policy: ValuePolicy, seed: int) -> None:
        """Opens the row."""
        super().__init__(policy, seed)
        self.acting, self.luck = policy, random.Random(seed)

    async def sample(self, prompt: Prompt, spec: ActionSpec) -> Sample:
        """Values every legal option, chooses one, and notes it as a reply.

        Raises:
            PolicyError: the turn does not ask for a choice alone, or the conversation outgrew the model.
        """
        policy = self.acting
        if not isinstance(spec.move, Choice) or spec.speech is not None:
            raise PolicyError("action values need a list of legal options; this turn asks for something else")
        options = spec.move.options
        token_ids = [policy.encode(option) for option in options]
        trie = TokenTrie.of(token_ids, policy.stop_id)
        prompt_ids = self._new_ids(prompt)
        paths = paths_of(token_ids, policy.stop_id)
        value, scores = await policy.server.judge(self.row, prompt_ids, paths)
        log_probs = restricted(trie, token_ids, dict(zip(paths, scores, strict=True)))
        values = {option: value + policy.scale * log_prob for option, log_prob in zip(options, log_probs, strict=True)}
        best = max(values, key=lambda option: values[option])
        choice = self.luck.choice(options) if self.luck.random() < policy.epsilon else best
        reply = (*token_ids[options.index(choice)], policy.stop_id)
        done, _, version = await policy.server.complete(
            self.row, (), len(reply), policy.stop_id, 1.0, trie, forced=reply, valued=True
        )
        fresh, self.fresh = self.fresh, False
        return Sample(
            choice,
            policy.name,
            version,
            prompt_ids=tuple(prompt_ids),
            token_ids=tuple(done.token_ids),
            log_probs=tuple(done.log_probs),
            allowed=None if done.allowed is None else tuple(done.allowed),
            scores=values,
            value=value,
            fresh=fresh,
        )

    async def weigh(self, prompt: Prompt, spec: ActionSpec) -> dict[str, float]:
        """The probability of each option of a choice: the best one, or with probability `epsilon` any."""
        log_probs, epsilon = self._log_probs(prompt, spec, 1.0), self.acting.epsilon
        best = max(log_probs, key=lambda option: log_probs[option])
        return {option: epsilon / len(log_probs) + (1 - epsilon) * (option == best) for option in log_probs}
