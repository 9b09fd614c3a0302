"""One decorator for the inner loops: compiled by Numba where it is installed, plain Python where it is not.

Both give the same numbers: nothing here is reordered or rounded differently (no `fastmath`), and no loop calls a
function whose last digit depends on who computes it; headings become vectors outside.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compiles a function of numbers and arrays on its first call, and keeps the result on disk.

    Numba itself is loaded by the first call of any, so that whoever only looks at worlds does not wait for it.
    """
    return cast(Function, _Later(function))


class _Later:
    """A function that is to be compiled when it is first called."""

    def __init__(self, function: Callable[..., Any]) -> None:
        """Keeps the function."""
        self._plain = function
        self._made: Callable[..., Any] | None = None
        update_wrapper(self, function)

    def __call__(self, *arguments: Any) -> Any:
        """Calls it, compiled."""
        return (self._made or self._make())(*arguments)

    def _make(self) -> Callable[..., Any]:
        """Lets Numba have it, and before that all it may call: compiled code calls only what Numba knows."""
        try:
            from numba import njit
        except ImportError:
            self._made = self._plain
        else:
            self._made = njit(cache=True)(self._plain)
        names = self._plain.__globals__
        for name, value in tuple(names.items()):
            if isinstance(value, _Later):
                names[name] = value._made or value._make()
        return self._made
