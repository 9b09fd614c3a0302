"""Which learner trains, chosen by one setting of a run."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from coterie.core import ConfigError

if TYPE_CHECKING:
    from coterie.learners.torch import TorchLearner


def choose_learner(setting: str) -> "Callable[..., TorchLearner]":
    """Returns what makes a learner of a language model; all take what `TorchLearner` takes and give the same numbers.

    >>> choose_learner("torch").__name__
    'TorchLearner'
    >>> choose_learner("megatron:tensor=2,data=2").keywords["layout"].size
    4

    Args:
        setting: `torch`, `megatron`, or `megatron:` with a layout, such as `megatron:tensor=2,pipeline=2,data=2`.

    Raises:
        ConfigError: there is no such learner, or no such layout.
    """
    name, _, layout = setting.partition(":")
    if setting == "torch":
        from coterie.learners.torch import TorchLearner

        return TorchLearner
    if name == "megatron":
        from coterie.learners.megatron.layout import parse_layout
        from coterie.learners.megatron.learner import MegatronLearner

        return partial(MegatronLearner, layout=parse_layout(layout))
    raise ConfigError(
        f"found the learner {setting!r}, expected torch, megatron, or megatron:tensor=2,pipeline=1,data=1"
    )
