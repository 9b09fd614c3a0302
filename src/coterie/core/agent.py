"""Somebody in a seat, and where its words come from.

Environments are synchronous and deterministic; agents are asynchronous, because they may be models, servers or people.
"""

from typing import Protocol, runtime_checkable

import msgspec

from coterie.core.action import Action, ActionSpec, Rejection
from coterie.core.environment import Environment
from coterie.core.step import Observation


class ChatMessage(msgspec.Struct, frozen=True, gc=False):
    """A piece of a prompt: `system`, `user` or `assistant` in a chat; `plain` text stands as it is."""

    role: str
    content: str


Prompt = tuple[ChatMessage, ...]


class Sample(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a policy answered, exactly as it was sampled; token ids and log-probabilities where the policy has them."""

    text: str
    policy: str = ""
    """The name of the policy."""
    version: int = 0
    """Which weights it had: the number of updates so far."""
    prompt_ids: tuple[int, ...] = ()
    """The tokens that were new to the policy before it answered."""
    token_ids: tuple[int, ...] = ()
    """The tokens it sampled, the stop token included when it was sampled."""
    log_probs: tuple[float, ...] = ()
    """Log-probability of each sampled token, under the distribution it was drawn from."""
    prompt_tokens: int | None = None
    """How many tokens were read for it, where a server counts them: the whole chat, every time."""
    completion_tokens: int | None = None
    """How many tokens were written for it, where a server counts them."""
    allowed: tuple[tuple[int, ...] | None, ...] | None = None
    """For each sampled token the ids that were allowed there; None: all."""
    scores: dict[str, float] | None = None
    """What the policy thinks of each legal option: action values, or log-probabilities."""
    value: float | None = None
    """The policy's estimate of the return from here."""
    key: str | None = None
    """What a table looks this choice up by; only tabular policies have one."""
    fresh: bool = False
    """Whether the policy starts a new token sequence here instead of continuing its last one."""
    finish: str = "stop"
    """Why it ended: `stop`, or `length`."""


class Decision(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What an agent decided: an action or a final rejection, and how it came to it."""

    action: Action | Rejection
    samples: tuple[Sample, ...] = ()
    """Every sample in order, those of refused tries included."""
    rejections: tuple[Rejection, ...] = ()
    """Tries that were refused before this decision."""


@runtime_checkable
class Agent(Protocol):
    """Somebody in a seat for one episode: a model, a script, a person, a recording."""

    async def act(self, observation: Observation) -> Decision:
        """Decides what to do about what it perceives."""

    def close(self) -> None:
        """Lets go of what the agent holds (caches, connections); called once when its episode is over."""


class Mind(Protocol):
    """Who can take seats: makes an Agent for one seat of one episode. The one switch per seat."""

    @property
    def name(self) -> str:
        """How records and reports call it, such as `expert`, `random`, `courier@12`."""

    def join(self, environment: Environment, agent: str, seed: int) -> Agent:
        """Takes the seat `agent` for one episode."""


class Conversation(Protocol):
    """A policy's memory of one seat in one episode; it only grows, so that a cache of it stays valid."""

    async def sample(self, prompt: Prompt, spec: ActionSpec) -> Sample:
        """Reads what is new and answers it as `spec` allows."""

    def close(self) -> None:
        """Forgets."""


class Policy(Protocol):
    """Where an agent's words or choices come from; several seats may share one."""

    @property
    def name(self) -> str:
        """What samples and learners call it."""

    @property
    def trainable(self) -> bool:
        """Whether its samples may train."""

    @property
    def version(self) -> int:
        """How many updates its weights have had."""

    def open(self, seed: int) -> Conversation:
        """Starts a conversation whose luck is its own."""


class Codec(Protocol):
    """Between observations and text: renders what is perceived, parses what is answered."""

    def parts(self, observation: Observation) -> list[tuple[Prompt, ActionSpec]]:
        """Returns the prompts that ask for the answer, in order, each with what it asks for; usually one."""

    def parse(self, replies: list[str], spec: ActionSpec) -> Action | Rejection:
        """Turns the replies to those prompts into an action, or says why it cannot."""

    def replies(self, action: Action, spec: ActionSpec) -> list[str]:
        """Writes an action as the replies that `parse` would read it from: what a demonstrator would have said."""

    def retry(self, rejection: Rejection, spec: ActionSpec) -> Prompt:
        """Returns what to tell the policy after a refused try."""
