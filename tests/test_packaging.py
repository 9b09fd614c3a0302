"""What can be installed, and at which versions it is tested."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).parents[1]
PROJECT = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]


def pins(file):
    """The version of each package in a file of constraints."""
    lines = re.findall(r"^([\w.-]+)==(\S+)$", (HERE / file).read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in lines}


def requirements(lines):
    """What is asked of others; an extra that names further extras of ours is followed by its own line."""
    return [each for each in map(Requirement, lines) if each.name != PROJECT["name"]]


@pytest.mark.parametrize("extra", ["", *EXTRAS])
def test_every_requirement_has_a_pin_that_meets_it(extra):
    pinned = pins("constraints-megatron.txt" if extra == "megatron" else "constraints.txt")
    for each in requirements(EXTRAS[extra] if extra else PROJECT["dependencies"]):
        version = pinned.get(canonicalize_name(each.name))
        assert version, f"{each} of {extra or 'the core'} has no version; add one to the constraints"
        assert each.specifier.contains(version), f"{each} of {extra or 'the core'} is pinned to {version}"


def test_an_extra_that_names_others_names_extras_there_are():
    ours = [each for lines in EXTRAS.values() for each in map(Requirement, lines) if each.name == PROJECT["name"]]
    named = {other for each in ours for other in each.extras}
    assert "llm" in named
    assert named <= EXTRAS.keys()
