"""What a world tells those who play it: its own documentation."""

import inspect

from coterie.core import Environment


def rules_of(world: type[Environment]) -> str:
    """Returns the rules of a world as its author wrote them down: the text of its module, or of its class.

    >>> from coterie.environments import world_class
    >>> print(rules_of(world_class("lookout")).splitlines()[0])
    Lookout: one sees the map, one walks; only words can bring them together.
    """
    module = inspect.getmodule(world)
    text = (inspect.getdoc(module) if module and module.__name__ != "__main__" else "") or ""
    return text or inspect.cleandoc(world.__doc__ or "")
