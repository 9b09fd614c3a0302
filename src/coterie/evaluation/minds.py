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
from coterie.policies.observation_codec import ObservationCodec
from coterie.policies.tabular import TabularPolicy

RETRIES = 2
"""How often a chat model may answer a turn again after a refused answer; every try is on the record."""
AS_OBSERVATIONS = "@observations"
"""What follows the model's name where an agent of `coterie serve` is to be sent observations."""
BUILT_IN: dict[str, Callable[[], Mind]] = {"random": Random, "expert": Expert, "human": Human}


def resolve_mind(who: str, seat: str, world: str, policies: dict[str, Policy] | None = None) -> Mind:
    """Returns the mind that `who` names, for one seat of a world.

    >>> resolve_mind("expert", "courier", "lookout").name
    'expert'
    >>> resolve_mind("http://127.0.0.1:8000/v1#qwen", "courier", "lookout").name
    'qwen'

    Args:
        who: `random`, `expert`, `human`, a chat endpoint and its model (`http://host:port/v1#model`; with
            `@observations` after it an agent of `coterie serve`, which is sent observations instead of words), or a
            folder with a saved model, adapter or table, or `hub:OWNER/NAME`; `FOLDER@0` decodes greedily, `FOLDER@0.7`
            at that temperature, `FOLDER@own` as the model's own generation settings say.
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
    folder, _, decoding = who.rpartition("@") if re.search(r"@([\d.]+|own)$", who) else (who, "", "1")
    temperature = None if decoding == "own" else float(decoding)
    known: dict[str, Policy] = {} if policies is None else policies
    if folder.startswith("hub:"):
        return _model(folder.removeprefix("hub:"), temperature, seat, world, known)
    if Path(folder).is_dir():
        return _saved(Path(folder), temperature, seat, world, known)
    raise ConfigError(
        f"found {who!r} for seat {seat!r}, expected {', '.join(BUILT_IN)}, the folder of a saved model, "
        "or a chat endpoint with its model such as http://127.0.0.1:8000/v1#qwen"
    )


def _saved(folder: Path, temperature: float | None, seat: str, world: str, policies: dict[str, Policy]) -> Mind:
    if (folder / "table.json").exists():
        table = TabularPolicy(folder.name, epsilon=0.0, trainable=False)
        table.load(folder)
        return Language(table, CompactCodec())
    whole = (folder / "config.json").exists() and (folder / "tokenizer.json").exists()
    if not whole and not (folder / "adapter_config.json").exists():
        raise ConfigError(
            f"no saved model in {folder}; expected config.json and tokenizer.json, adapter_config.json, or table.json"
        )
    return _model(str(folder.resolve()), temperature, seat, world, policies)


def _model(name: str, temperature: float | None, seat: str, world: str, policies: dict[str, Policy]) -> Mind:
    try:
        from coterie.policies.local import LocalPolicy
    except ModuleNotFoundError as error:
        raise ConfigError(f'{error}; a saved model needs: pip install "coterie[llm]"') from error
    from coterie.policies.local.saved import read_card

    key = f"{name}@own" if temperature is None else name
    if key not in policies:
        policies[key] = LocalPolicy.from_pretrained(name, temperature=None if temperature is None else 1.0)
    policy = policies[key]
    assert isinstance(policy, LocalPolicy)
    policy = policy.at(policy.temperature if temperature is None else temperature)
    if read_card(name).get("codec") == "compact":
        return Language(policy, CompactCodec())
    return Language(policy, ChatCodec(seat, rules_of(world_class(world))), RETRIES)


def _endpoint(who: str, seat: str, world: str, policies: dict[str, Policy]) -> Mind:
    from coterie.policies.endpoint import EndpointPolicy, EndpointSettings

    address, _, model = who.partition("#")
    if not model:
        raise ConfigError(f"found {who!r} for seat {seat!r}, expected the model's name after a #, as in {who}#qwen")
    served = model.endswith(AS_OBSERVATIONS)
    if who not in policies:
        # A served agent decodes as it was saved, unless it is told otherwise.
        settings = EndpointSettings(temperature=None) if served else None
        policies[who] = EndpointPolicy(address, model.removesuffix(AS_OBSERVATIONS), settings)
    if served:
        return Language(policies[who], ObservationCodec())
    return Language(policies[who], ChatCodec(seat, rules_of(world_class(world))), RETRIES)
