"""The worlds, by name. A world's module loads when it is first made."""

import difflib
import importlib
import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from coterie.core import ConfigError, Environment

WORLDS: dict[str, str] = {
    "bargain-v1": "coterie.environments.text.negotiation.bargain:Bargain",
    "box_pushing-v1": "coterie.environments.text.cooperation.box_pushing:BoxPushing",
    "commons-v1": "coterie.environments.text.negotiation.commons:Commons",
    "concierge-v1": "coterie.environments.text.dialogue.concierge.world:Concierge",
    "connect_four-v1": "coterie.environments.text.games.connect_four:ConnectFour",
    "evacuation-v1": "coterie.environments.hybrid.evacuation:Evacuation",
    "finite_mdp-v1": "coterie.environments.markov.finite_mdp:FiniteMDPWorld",
    "haggle-v1": "coterie.environments.text.negotiation.haggle:Haggle",
    "hanabi-v1": "coterie.environments.text.games.hanabi:Hanabi",
    "hidden_profile-v1": "coterie.environments.text.cooperation.hidden_profile:HiddenProfile",
    "hidden_roles-v1": "coterie.environments.text.games.hidden_roles:HiddenRoles",
    "house_search-v1": "coterie.environments.virtual.worlds.house_search:HouseSearch",
    "house_tidy-v1": "coterie.environments.virtual.worlds.house_tidy:HouseTidy",
    "iterated_dilemma-v1": "coterie.environments.text.games.iterated_dilemma:IteratedDilemma",
    "kitchen-v1": "coterie.environments.text.cooperation.kitchen:KitchenWorld",
    "kuhn_poker-v1": "coterie.environments.text.games.kuhn_poker:KuhnPoker",
    "leduc_poker-v1": "coterie.environments.text.games.leduc_poker:LeducPoker",
    "liars_dice-v1": "coterie.environments.text.games.liars_dice:LiarsDice",
    "lookout-v1": "coterie.environments.text.cooperation.lookout:Lookout",
    "market-v1": "coterie.environments.hybrid.market:Market",
    "matrix_game-v1": "coterie.environments.markov.matrix_game:MatrixGameWorld",
    "planner_executor-v1": "coterie.environments.text.cooperation.planner_executor:PlannerExecutor",
    "reference_game-v1": "coterie.environments.text.cooperation.reference_game:ReferenceGame",
    "rescue-v1": "coterie.environments.hybrid.rescue:Rescue",
    "study_group-v1": "coterie.environments.text.education.study_group:StudyGroup",
    "taboo-v1": "coterie.environments.text.games.taboo:Taboo",
    "tic_tac_toe-v1": "coterie.environments.text.games.tic_tac_toe:TicTacToe",
    "town_delivery-v1": "coterie.environments.virtual.worlds.town_delivery:TownDelivery",
    "town_guide-v1": "coterie.environments.hybrid.town_guide:TownGuide",
    "town_meeting-v1": "coterie.environments.virtual.worlds.town_meeting:TownMeeting",
    "tutoring-v1": "coterie.environments.text.education.tutoring.world:Tutoring",
    "twenty_questions-v1": "coterie.environments.text.games.twenty_questions:TwentyQuestions",
    "two_levers-v1": "coterie.environments.hybrid.two_levers:TwoLevers",
    "warehouse_lift-v1": "coterie.environments.virtual.worlds.warehouse_lift:WarehouseLift",
}
"""Versioned id to `module:Class`."""


def environments() -> list[str]:
    """Returns the ids of all worlds.

    >>> "lookout-v1" in environments()
    True
    """
    return sorted(WORLDS)


def references() -> dict[str, Any]:
    """Returns what random and expert play reach in each world, measured once and kept: the 0 and the 1 of scores.

    World to its default `options`, the number of `episodes`, and `teams`: name of a team to measure to value and
    ends of the 95 % interval.
    """
    found: dict[str, Any] = json.loads((Path(__file__).parent / "references.json").read_text(encoding="utf-8"))
    return found


def register(id: str, where: str) -> None:
    """Gives a world of your own (`module:Class`) a name for `make` and the command line."""
    if id in WORLDS and WORLDS[id] != where:
        raise ConfigError(f"{id!r} is already {WORLDS[id]}; give your world another name or a higher version")
    WORLDS[id] = where


def world_class(id: str) -> type[Environment]:
    """Finds a world's class: a versioned id, a bare name (its newest version), or `module:Class`."""
    where = WORLDS.get(id)
    if where is None and ":" in id:
        where = id
    if where is None:
        versions = [known for known in WORLDS if known.rpartition("-v")[0] == id]
        if not versions:
            near = difflib.get_close_matches(id, {known.rpartition("-v")[0] for known in WORLDS}, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ConfigError(
                f"no world is called {id!r}; {hint}there are {', '.join(environments())}, or give module:Class"
            )
        where = WORLDS[max(versions, key=lambda known: int(known.rpartition("-v")[2]))]
    module, _, name = where.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"cannot load {where!r}: {error}; expected module:Class of an importable world") from error
    if not (isinstance(found, type) and issubclass(found, Environment)):
        raise ConfigError(f"{where!r} is not a class of Environment")
    return found


def make(id: str, vectors: bool = False, **options: Any) -> Environment:
    """Makes a world by name; `options` are its own settings, `vectors` adds numeric views to observations.

    >>> make("lookout", size=4).options["size"]
    4

    Raises:
        ConfigError: no such world, or it does not take these options.
    """
    kind = world_class(id)
    common = common_options(kind)
    parameters = inspect.signature(kind).parameters.values()
    own = [each for each in parameters if not common or each.kind is not each.VAR_KEYWORD]
    try:
        own_options = {name: value for name, value in options.items() if name not in common}
        bound = inspect.Signature(own).bind(**own_options)
        _check_types(kind, options, common)
        world = kind(**options)
    except (TypeError, ValueError) as error:
        choices = [f"{name}: {' | '.join(map(str, get_args(values)))}" for name, values in common.items()]
        known = ", ".join([*map(str, own), *choices]) or "none"
        raise ConfigError(f"{id}: {error}; its options are: {known}") from error
    bound.apply_defaults()
    world.options = {**bound.arguments, **{name: value for name, value in options.items() if name in common}}
    world.vectors = vectors
    return world


def common_options(kind: type[Environment]) -> dict[str, Any]:
    """The options that a world shares with others of its sort, by name, with their types (its `**` parameter).

    >>> sorted(common_options(world_class("rescue"))), common_options(world_class("lookout"))
    (['physics', 'tier', 'view'], {})
    """
    for name, parameter in inspect.signature(kind).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            (shared,) = get_args(_declared(kind).get(name)) or (object,)
            return get_type_hints(shared)
    return {}


def _declared(kind: type[Environment]) -> dict[str, Any]:
    """The types of the parameters a world is made with, as far as they can be told."""
    try:
        return get_type_hints(kind.__init__)
    except NameError:  # of a world of your own, with names that exist only for type checkers
        return {}


def _check_types(kind: type[Environment], options: Mapping[str, Any], common: Mapping[str, Any]) -> None:
    """Refuses a value of another type than the world declares; what it declares in no such form it checks itself."""
    declared = {**_declared(kind), **common}
    for name, value in options.items():
        try:
            msgspec.convert(value, declared.get(name, Any))
        except msgspec.ValidationError as error:
            raise TypeError(f"{name}={value!r}: {str(error).replace('`', '')}") from error
        except TypeError:  # a type that data cannot have, such as a function's
            continue
