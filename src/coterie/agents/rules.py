"""What a world tells those who play it: its own documentation."""

import inspect
import re

from coterie.core import Environment


def rules_of(world: type[Environment]) -> str:
    """Returns the rules of a world as its author wrote them down: the text of its module, or of its class.

    >>> from coterie.environments import world_class
    >>> print(rules_of(world_class("lookout")).splitlines()[0])
    Lookout: one sees the map, one walks; only words can bring them together.
    """
    module = inspect.getmodule(world)
    text = (inspect.getdoc(module) if module and module.__name__ != "__main__" else "") or ""
    text = text or inspect.cleandoc(world.__doc__ or "")
    return re.sub(r"(?<=\S)\n(?=[^\s-])", " ", text)  # one line a paragraph, to be wrapped by whoever shows it
