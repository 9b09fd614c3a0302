"""Exact values of small worlds: expected returns, best responses, NashConv, exploitability.

The tree comes from `game_tree`. Definitions: Shoham and Leyton-Brown, Multiagent Systems (2009); NashConv
and exploitability as in OpenSpiel (Lanctot et al., OpenSpiel, 2019).
"""

import math
from collections.abc import Callable, Sequence

import msgspec

from coterie.core import Action, ConfigError
from coterie.metrics.game_tree import ChanceNode, DecisionNode, GameTree, InformationState, Node, Terminal

Policy = Callable[[str, InformationState, tuple[Action, ...]], Sequence[float]]
"""The probability of each option, for an agent in an information state."""


def uniform(agent: str, state: InformationState, options: tuple[Action, ...]) -> list[float]:
    """The policy that finds every option equally likely."""
    return [1 / len(options)] * len(options)


def expected_values(tree: GameTree, policy: Policy) -> dict[str, float]:
    """Returns what every agent is paid on average when all follow `policy`."""

    def value(node: Node) -> dict[str, float]:
        if isinstance(node, Terminal):
            return node.returns
        below = [
            (weight, value(child))
            for weight, child in zip(_weights(node, policy), node.children, strict=True)
            if weight
        ]
        return {agent: math.fsum(weight * values[agent] for weight, values in below) for agent in tree.agents}

    return value(tree.root)


class BestResponse(msgspec.Struct, frozen=True):
    """The most that one agent can be paid while the others stay as they are, and how."""

    value: float
    choices: dict[InformationState, Action]
    """What to do in every information state that the others let it reach."""


def best_response(tree: GameTree, agent: str, policy: Policy) -> BestResponse:
    """Finds the best answer of `agent` to what `policy` does in all other seats."""
    nodes: dict[InformationState, list[tuple[float, DecisionNode]]] = {}

    def reach(node: Node, probability: float) -> None:
        """Collects the agent's nodes with the probability that luck and the others lead there."""
        if isinstance(node, Terminal) or not probability:
            return
        if isinstance(node, DecisionNode) and node.state.agent == agent:
            nodes.setdefault(node.state, []).append((probability, node))
            for child in node.children:
                reach(child, probability)
        else:
            for weight, child in zip(_weights(node, policy), node.children, strict=True):
                reach(child, probability * weight)

    choices: dict[InformationState, int] = {}
    values: dict[int, float] = {}

    def choose(state: InformationState) -> int:
        if state not in choices:
            worth = [
                math.fsum(probability * value(node.children[place]) for probability, node in nodes[state])
                for place in range(len(tree.options[state]))
            ]
            choices[state] = worth.index(max(worth))
        return choices[state]

    def value(node: Node) -> float:
        if isinstance(node, Terminal):
            return node.returns[agent]
        if id(node) not in values:
            if isinstance(node, DecisionNode) and node.state.agent == agent:
                values[id(node)] = value(node.children[choose(node.state)])
            else:
                weighted = zip(_weights(node, policy), node.children, strict=True)
                values[id(node)] = math.fsum(weight * value(child) for weight, child in weighted if weight)
        return values[id(node)]

    reach(tree.root, 1.0)
    total = value(tree.root)
    return BestResponse(total, {state: tree.options[state][choose(state)] for state in nodes})


def nash_conv(tree: GameTree, policy: Policy) -> float:
    """Returns the sum over agents of what each gains by a best response; 0 exactly in a Nash equilibrium."""
    values = expected_values(tree, policy)
    return math.fsum(best_response(tree, agent, policy).value - values[agent] for agent in tree.agents)


def exploitability(tree: GameTree, policy: Policy) -> float:
    """Returns NashConv divided by the number of agents: what a best response gains on average over the seats."""
    return nash_conv(tree, policy) / len(tree.agents)


def _weights(node: ChanceNode | DecisionNode, policy: Policy) -> Sequence[float]:
    if isinstance(node, ChanceNode):
        return node.probabilities
    weights = policy(node.state.agent, node.state, node.options)
    if len(weights) != len(node.options) or min(weights) < 0 or abs(math.fsum(weights) - 1) > 1e-9:
        raise ConfigError(
            f"the policy of {node.state.agent!r} gave {list(weights)} for {len(node.options)} options; "
            "expected one probability an option, summing to 1"
        )
    return weights
