"""Who is meant by a name on the command line or in a scenario: the one place where WHO becomes a mind."""

from collections.abc import Callable

from coterie.agents import Expert, Human, Language, Random
from coterie.agents.rules import rules_of
from coterie.core import ConfigError, Mind, Policy
from coterie.environments import world_class

RETRIES = 2
"""How often a chat model may answer a turn again after a refused answer; every try is on the record."""
BUILT_IN: dict[str, Callable[[], Mind]] = {"random": Random, "expert": Expert, "human": Human}


def resolve_mind(who: str, seat: str, world: str, policies: dict[str, Policy] | None = None) -> Mind:
    """Returns the mind that `who` names, for one seat of a world.

    >>> resolve_mind("expert", "courier", "lookout").name
    'expert'
    >>> resolve_mind("http://127.0.0.1:8000/v1#qwen", "courier", "lookout").name
    'qwen'

    Args:
        who: `random`, `expert`, `human`, or a chat endpoint and its model: `http://host:port/v1#model`.
        seat: where it will sit; a chat model is told.
        world: the name of the world; a chat model is told its rules.
        policies: those resolved before; the same name at another seat shares its policy.

    Raises:
        ConfigError: nobody is called so.
    """
    if who in BUILT_IN:
        return BUILT_IN[who]()
    if who.startswith(("http://", "https://")):
        return _endpoint(who, seat, world, {} if policies is None else policies)
    raise ConfigError(
        f"found {who!r} for seat {seat!r}, expected {', '.join(BUILT_IN)}, "
        "or a chat endpoint with its model such as http://127.0.0.1:8000/v1#qwen"
    )


def _endpoint(who: str, seat: str, world: str, policies: dict[str, Policy]) -> Mind:
    from coterie.policies.chat_codec import ChatCodec
    from coterie.policies.endpoint import EndpointPolicy

    address, _, model = who.partition("#")
    if not model:
        raise ConfigError(f"found {who!r} for seat {seat!r}, expected the model's name after a #, as in {who}#qwen")
    if who not in policies:
        policies[who] = EndpointPolicy(address, model)
    return Language(policies[who], ChatCodec(seat, rules_of(world_class(world))), RETRIES)
