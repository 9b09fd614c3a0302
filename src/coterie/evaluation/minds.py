"""Who is meant by a name on the command line or in a scenario: the one place where WHO becomes a mind."""

import re
from collections.abc import Callable
from pathlib import Path

from coterie.agents import Expert, Human, Language, Random
from coterie.agents.rules import rules_of
from coterie.core import ConfigError, Mind, Policy
from coterie.environments import world_class
from coterie.policies.chat_codec import ChatCodec
from coterie.policies.codecs import CompactCodec
from coterie.policies.tabular import TabularPolicy

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
        who: `random`, `expert`, `human`, a chat endpoint and its model (`http://host:port/v1#model`), or a folder with
            a saved model or table; `FOLDER@0` decodes greedily, `FOLDER@0.7` at that temperature.
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
    folder, _, temperature = who.rpartition("@") if re.search(r"@[\d.]+$", who) else (who, "", "1")
    if Path(folder).is_dir():
        return _saved(Path(folder), float(temperature), seat, world, {} if policies is None else policies)
    raise ConfigError(
        f"found {who!r} for seat {seat!r}, expected {', '.join(BUILT_IN)}, the folder of a saved model, "
        "or a chat endpoint with its model such as http://127.0.0.1:8000/v1#qwen"
    )


def _saved(folder: Path, temperature: float, seat: str, world: str, policies: dict[str, Policy]) -> Mind:
    if (folder / "table.json").exists():
        table = TabularPolicy(folder.name, epsilon=0.0, trainable=False)
        table.load(folder)
        return Language(table, CompactCodec())
    if not (folder / "config.json").exists() or not (folder / "tokenizer.json").exists():
        raise ConfigError(f"no saved model in {folder}; expected config.json and tokenizer.json, or table.json there")
    try:
        from coterie.policies.local import LocalPolicy
    except ModuleNotFoundError as error:
        raise ConfigError(f'{error}; a saved model needs: pip install "coterie[llm]"') from error
    from coterie.policies.local.policy import read_card

    key = str(folder.resolve())
    if key not in policies:
        policies[key] = LocalPolicy.from_pretrained(folder)
    policy = policies[key]
    assert isinstance(policy, LocalPolicy)
    if read_card(folder).get("codec") == "compact":
        return Language(policy.at(temperature), CompactCodec())
    return Language(policy.at(temperature), ChatCodec(seat, rules_of(world_class(world))), RETRIES)


def _endpoint(who: str, seat: str, world: str, policies: dict[str, Policy]) -> Mind:
    from coterie.policies.endpoint import EndpointPolicy

    address, _, model = who.partition("#")
    if not model:
        raise ConfigError(f"found {who!r} for seat {seat!r}, expected the model's name after a #, as in {who}#qwen")
    if who not in policies:
        policies[who] = EndpointPolicy(address, model)
    return Language(policies[who], ChatCodec(seat, rules_of(world_class(world))), RETRIES)
