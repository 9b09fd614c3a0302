"""One decorator for the inner loops: compiled by Numba where it is installed, plain Python where it is not.

Both give the same numbers: nothing here is reordered or rounded differently (no `fastmath`), and no loop calls a
function whose last digit depends on who computes it; headings become vectors outside.
"""

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compiles a function of numbers and arrays on its first call, and keeps the result on disk."""
    try:
        from numba import njit
    except ImportError:
        return function
    made: Any = njit(cache=True)(function)
    return made  # type: ignore[no-any-return]
