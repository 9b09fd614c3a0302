"""The whole game tree of a small world: every draw of luck, every answer, every end.

Luck is scripted outcome by outcome, and every answer is tried from a snapshot, so that any world whose luck and choices
are finite can be grown. An agent's information state is all that it saw and did, so that recall is perfect by
construction (Shoham and Leyton-Brown, Multiagent Systems, 2009).
"""

import itertools
import math

import msgspec

from coterie.core import (
    Action,
    ActionSpec,
    Chance,
    ChanceNeeded,
    Choice,
    ConfigError,
    Environment,
    Form,
    Json,
    Move,
    Number,
    Observation,
    Snapshot,
    Speech,
    Step,
    Utterance,
    WorldError,
)


class InformationState(msgspec.Struct, frozen=True, eq=False):
    """All that an agent has seen and done when it decides; equal when it cannot tell the difference."""

    agent: str
    observations: tuple[Observation, ...]
    """Everything it was shown, the last one being what it answers now."""
    actions: tuple[Action, ...]
    """Its own answers so far, one fewer."""
    key: tuple[bytes, ...]
    """Text, data and heard messages of each observation, and each own action, written out."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InformationState) and (self.agent, self.key) == (other.agent, other.key)

    def __hash__(self) -> int:
        return hash((self.agent, self.key))


class Terminal(msgspec.Struct, frozen=True):
    """The end of one way to play."""

    returns: dict[str, float]
    """What every agent was paid in all."""


class ChanceNode(msgspec.Struct, frozen=True):
    """A draw of the world."""

    name: str
    probabilities: tuple[float, ...]
    children: "tuple[Node, ...]"


class DecisionNode(msgspec.Struct, frozen=True):
    """A decision of one agent; agents that act together decide one after another without seeing the others."""

    state: InformationState
    options: tuple[Action, ...]
    children: "tuple[Node, ...]"


Node = Terminal | ChanceNode | DecisionNode


class GameTree(msgspec.Struct, frozen=True):
    """Every way a world can go."""

    agents: tuple[str, ...]
    root: Node
    options: dict[InformationState, tuple[Action, ...]]
    """Every information state of every agent, and what may be done there."""

    def information_states(self, agent: str) -> list[InformationState]:
        """The information states of one agent, in the order they were found."""
        return [state for state in self.options if state.agent == agent]


def game_tree(environment: Environment, limit: int = 200_000) -> GameTree:
    """Plays a world in every possible way.

    Args:
        environment: any world whose answers are choices, whole numbers, forms of these or words of a vocabulary; its
            episode is lost.
        limit: most nodes.

    Raises:
        ConfigError: the tree has more nodes than `limit`, or an answer has no finite list of options.
        WorldError: an agent that sees and remembers the same is offered different options.
    """
    return _Grower(environment, limit).grow()


class _Grower:
    """Grows a tree depth first; `views` and `deeds` hold what each agent on the current path saw and did."""

    def __init__(self, environment: Environment, limit: int) -> None:
        self.environment, self.limit, self.count = environment, limit, 0
        self.options: dict[InformationState, tuple[Action, ...]] = {}
        self.memory: dict[str, InformationState] = {}

    def grow(self) -> GameTree:
        root = self._after(None, {}, [], dict.fromkeys(self.environment.agents, 0.0), {})
        return GameTree(self.environment.agents, root, self.options)

    def _after(
        self,
        before: Snapshot | None,
        answers: dict[str, Action],
        script: list[int],
        paid: dict[str, float],
        memory: dict[str, InformationState],
    ) -> Node:
        """The node after `answers` and the luck in `script`; a draw that the script lacks becomes a chance node."""
        self.count += 1
        if self.count > self.limit:
            raise ConfigError(f"more than {self.limit} nodes; choose a smaller world or raise `limit`")
        try:
            if before is None:
                step = self.environment.reset(0, Chance(0, script=script))
            else:
                self.environment.restore(before)
                self.environment.chance.script = list(script)
                step = self.environment.step(answers)
        except ChanceNeeded as needed:
            children = tuple(
                self._after(before, answers, [*script, outcome], paid, memory) for outcome in range(len(needed.options))
            )
            return ChanceNode(needed.name, tuple(needed.probabilities), children)
        return self._shown(step, paid, memory)

    def _shown(self, step: Step, paid: dict[str, float], memory: dict[str, InformationState]) -> Node:
        paid = {agent: amount + step.rewards.get(agent, 0.0) for agent, amount in paid.items()}
        if not step.observations:
            return Terminal(paid)
        states = {agent: _extend(memory.get(agent), agent, seen) for agent, seen in step.observations.items()}
        for agent, seen in step.observations.items():
            options = _options(seen.spec)
            if self.options.setdefault(states[agent], options) != options:
                raise WorldError(f"{agent!r} is offered {options} where it was offered {self.options[states[agent]]}")
        return self._decide(self.environment.snapshot(), list(states.values()), {}, paid, memory)

    def _decide(
        self,
        here: Snapshot,
        waiting: list[InformationState],
        answers: dict[str, Action],
        paid: dict[str, float],
        memory: dict[str, InformationState],
    ) -> Node:
        if not waiting:
            return self._after(here, answers, [], paid, memory)
        state, *others = waiting
        children = []
        for action in self.options[state]:
            acted = msgspec.structs.replace(
                state, actions=(*state.actions, action), key=(*state.key, msgspec.json.encode(action))
            )
            told = {**memory, state.agent: acted}
            children.append(self._decide(here, others, {**answers, state.agent: action}, paid, told))
        return DecisionNode(state, self.options[state], tuple(children))


def _extend(before: InformationState | None, agent: str, seen: Observation) -> InformationState:
    view = msgspec.json.encode((seen.text, seen.data, seen.heard), order="deterministic")
    if before is None:
        return InformationState(agent, (seen,), (), (view,))
    return InformationState(agent, (*before.observations, seen), before.actions, (*before.key, view))


def _options(spec: ActionSpec) -> tuple[Action, ...]:
    """Lists every answer that a specification accepts."""
    moves = [None] if spec.move is None else _moves(spec.move)
    return tuple(Action(move, say) for move in moves for say in _utterances(spec.speech))


def _moves(move: Move) -> list[Json]:
    match move:
        case Choice(options):
            return list(options)
        case Number(low, high, integer) if integer:
            return list(range(math.ceil(low), math.floor(high) + 1))
        case Form(fields):
            ways = itertools.product(*map(_moves, fields.values()))
            return [dict(zip(fields, way, strict=True)) for way in ways]
        case _:
            raise ConfigError(
                f"no finite list of answers to {move}; expected a Choice, a whole Number, or a Form of them"
            )


def _utterances(speech: Speech | None) -> list[tuple[Utterance, ...]]:
    """Lists every single utterance that may be made, silence included where it may be kept."""
    if speech is None:
        return [()]
    if not speech.vocabulary:
        raise ConfigError("no finite list of utterances; expected a Speech with a vocabulary")
    silence: list[tuple[Utterance, ...]] = [] if speech.required else [()]
    audiences = [(), *((name,) for name in speech.audiences)]
    texts = [
        " ".join(words)
        for count in range(1, speech.max_words + 1)
        for words in itertools.product(speech.vocabulary, repeat=count)
    ]
    return silence + [(Utterance(text, to),) for text in texts for to in audiences]
