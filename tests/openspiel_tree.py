"""A game tree of ours and OpenSpiel's, side by side."""

import pytest

from coterie.metrics.game_tree import ChanceNode, Terminal


def terminals_compared(node, state, agents, key, code):
    """Checks every history below a node against OpenSpiel's state and returns how many ends there are.

    `agents` are in OpenSpiel's order of players; `key` writes an information state and `code` an action as it does.
    """
    if isinstance(node, Terminal):
        assert state.is_terminal()
        assert list(node.returns.values()) == state.returns()
        return 1
    if isinstance(node, ChanceNode):
        assert state.is_chance_node()
        assert node.probabilities == pytest.approx([probability for _, probability in state.chance_outcomes()])
        following = [outcome for outcome, _ in state.chance_outcomes()]
    else:
        assert agents[state.current_player()] == node.state.agent
        assert key(node.state) == state.information_state_string()
        following = state.legal_actions()
        assert [code(action) for action in node.options] == following
    return sum(
        terminals_compared(child, state.child(action), agents, key, code)
        for child, action in zip(node.children, following, strict=True)
    )
