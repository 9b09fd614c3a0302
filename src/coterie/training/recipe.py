"""Recipes: whole runs as Python modules with `Settings` and `run(settings, folder)`, kept outside the package.

A module may say what to try after it with `next_steps(folder) -> list[str]`.
"""

import importlib
import inspect
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from coterie.core import ConfigError

if TYPE_CHECKING:
    from rich.table import Table


class Recipe(NamedTuple):
    """A recipe that was found."""

    name: str
    module: ModuleType

    def run(self, settings: msgspec.Struct, folder: Path) -> Path:
        """Runs it; returns the page to look at."""
        page: Path = self.module.run(settings, folder)
        return page

    def next_steps(self, folder: Path) -> list[str]:
        """Commands worth trying on the finished run."""
        say = getattr(self.module, "next_steps", None)
        return list(say(folder)) if say else [f"coterie report {folder}"]

    def table(self, settings: msgspec.Struct) -> "Table":
        """The settings with what each means."""
        from rich.table import Table

        meanings = _field_texts(self.module.Settings)
        table = Table("setting", "value", "meaning", title=f"{self.name}: settings", title_justify="left")
        for name in settings.__struct_fields__:
            table.add_row(name, msgspec.json.encode(getattr(settings, name)).decode(), meanings.get(name, ""))
        return table


def load_recipe(name: str) -> Recipe:
    """Finds a recipe: a path to a file, or a name in `recipes/` here or beside the library's source.

    Raises:
        ConfigError: there is none, or it lacks `Settings` or `run`.
    """
    places = [Path.cwd() / "recipes", Path(__file__).parents[3] / "recipes"]
    candidates = [Path(name)] if name.endswith(".py") else [place / f"{name}.py" for place in places]
    path = next((each.resolve() for each in candidates if each.is_file()), None)
    if path is None:
        known = sorted({each.stem for place in places for each in place.glob("[a-z]*.py")})
        raise ConfigError(f"no recipe {name!r}; there are {', '.join(known) or 'none here'}, or give a path to a file")
    # By name and on the path, so that processes of its own can import it again.
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    module = importlib.import_module(path.stem)
    if Path(str(module.__file__)).resolve() != path:
        raise ConfigError(f"another module is called {path.stem!r} ({module.__file__}); rename the recipe {path}")
    if missing := [part for part in ("Settings", "run") if not hasattr(module, part)]:
        raise ConfigError(f"{path} has no {' and no '.join(missing)}; a recipe has Settings and run(settings, folder)")
    return Recipe(path.stem, module)


def resolve(recipe: Recipe, changes: Mapping[str, Any]) -> msgspec.Struct:
    """Applies changes to a recipe's default settings.

    Raises:
        ConfigError: there is no such setting, or its value is of another kind.
    """
    kind = recipe.module.Settings
    fields = kind.__struct_fields__
    if unknown := [name for name in changes if name not in fields]:
        raise ConfigError(f"{recipe.name} has no setting {', '.join(unknown)}; it has {', '.join(fields)}")
    try:
        settings: msgspec.Struct = msgspec.convert({**msgspec.to_builtins(kind()), **changes}, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{recipe.name}: {error}") from error
    return settings


def _field_texts(kind: type) -> dict[str, str]:
    """The docstrings that stand under the fields of a class, from its source."""
    found = re.findall(r"^    (\w+):[^\n]*\n    \"\"\"(.+?)\"\"\"", inspect.getsource(kind), re.DOTALL | re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}
