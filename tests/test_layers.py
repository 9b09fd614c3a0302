"""Imports point down: a folder stands on a floor and may use the floors below it, never its peers."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "coterie"
FLOORS = {
    "core": 0,
    "environments": 1,
    "agents": 1,
    "policies": 1,
    "metrics": 1,
    "algorithms": 1,
    "learners": 2,
    "rollout": 2,
    "evaluation": 3,
    "testing": 3,
    "training": 4,
    "adapters": 4,
    "cluster": 5,
    "studio": 5,
    "commands": 6,  # what the command line calls, one file a group of commands
    "cli": 7,
    "__main__": 8,
}


def imports(tree):
    """The modules of coterie that a file imports when it runs, inside functions too; not those for type checkers."""
    hidden = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(ast.Module(node.body, []))
    }
    for node in ast.walk(tree):
        if node in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.split(".")[0] == "coterie")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "write the whole name of a module"
            if node.module == "coterie":
                yield from (f"coterie.{name.name}" for name in node.names)
            elif (node.module or "").startswith("coterie."):
                yield node.module


def folder(module):
    """The folder below coterie that a module is in, if it is in one."""
    return [*module.split("."), ""][1]


def offences(name, tree):
    """Imports of a file in folder `name` that do not point down."""
    for module in imports(tree):
        there = folder(module)
        if there in FLOORS and there != name and FLOORS[there] >= FLOORS[name]:
            yield f"{name} (floor {FLOORS[name]}) imports {module} (floor {FLOORS[there]})"


FILES = sorted(path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts != ("__init__.py",))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_down(path):
    name = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    assert name in FLOORS, f"{name} has no floor; give it one in this table and in the blueprint"
    assert list(offences(name, ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    ("name", "code", "found"),
    [
        ("core", "from coterie.agents import Random", 1),
        ("metrics", "import coterie.environments", 1),
        ("agents", "def join():\n    from coterie.rollout import play", 1),
        ("rollout", "from coterie.agents import Random\nfrom coterie.core import Step\nimport coterie", 0),
        ("core", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from coterie.agents import Random", 0),
        ("metrics", "from coterie.metrics.tally import count", 0),
    ],
)
def test_the_check_itself_tells_up_from_down(name, code, found):
    assert len(list(offences(name, ast.parse(code)))) == found


VIRTUAL = {
    "space": 0,
    "places": 1,
    "state": 1,
    "skills": 2,
    "physics": 2,
    "pictures": 2,
    "": 3,
    "tasks": 4,
    "worlds": 5,
    "hybrid": 5,
}
"""Floors inside the virtual worlds; "" is what lies beside them: the simulation and perception."""
VIRTUAL_FILES = [p for p in FILES if {"virtual", "hybrid"} & set(p.parts) and p.stem != "__init__"]


def virtual_folder(parts):
    """The floor of VIRTUAL that a file or module of the virtual worlds is on."""
    after = parts[parts.index("virtual") + 1 :] if "virtual" in parts else ("hybrid", "")
    return after[0] if len(after) > 1 else ""


@pytest.mark.parametrize("path", VIRTUAL_FILES, ids=lambda path: path.stem)
def test_imports_point_down_inside_the_virtual_worlds(path):
    here = virtual_folder(path.relative_to(SOURCE).parts)
    for module in imports(ast.parse(path.read_text())):
        parts = tuple(module.split("."))
        if {"virtual", "hybrid"} & set(parts):
            there = parts[-1] if parts[-1] in VIRTUAL else virtual_folder(parts)
            assert VIRTUAL[there] < VIRTUAL[here] or there == here, module


SHARED = ("duel", "grid", "search", "settlement", "words")
"""Modules that several text worlds may use."""
WORLD_FILES = [path for path in FILES if "environments/text/" in path.as_posix() and path.stem != "__init__"]


def owner(path):
    """Which world a file belongs to: its folder, or the longest name of a world that its name begins with."""
    from coterie.environments import environments

    names = {id.rpartition("-v")[0] for id in environments()}
    parts = path.relative_to(SOURCE / "environments" / "text").with_suffix("").parts
    found = [name for name in names for part in parts if part == name or part.startswith(f"{name}_")]
    return max(found, key=len, default=None)


@pytest.mark.parametrize("path", WORLD_FILES, ids=lambda path: path.stem)
def test_no_world_looks_inside_another(path):
    own = owner(path)
    assert own or path.stem in SHARED, f"{path.name} belongs to no world; name it after one, or add it to SHARED"
    for module in imports(ast.parse(path.read_text())):
        if module.startswith("coterie.environments.text."):
            there = SOURCE / Path(*module.split(".")[1:])
            assert module.rpartition(".")[2] in SHARED or owner(there.with_suffix(".py")) == own, module
