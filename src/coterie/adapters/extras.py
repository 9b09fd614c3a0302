"""What the bridges need from elsewhere: one clear line when it is missing, or not in a version that works."""

import importlib.metadata
import re

from coterie.core import ConfigError


class MissingExtra(ConfigError, ImportError):
    """A package that an optional part of Coterie needs is not installed, or not in a version that works."""


def require(package: str, extra: str, at_least: str = "", below: str = "") -> None:
    """Checks that a package is installed in a version that works.

    >>> require("numpy", "gymnasium", at_least="2.1")
    >>> require("no-such-package", "gymnasium")
    Traceback (most recent call last):
    coterie.adapters.extras.MissingExtra: no-such-package is not installed; run: pip install "coterie[gymnasium]"

    Args:
        package: its name for `pip install`.
        extra: the extra of Coterie that brings it.
        at_least: the oldest version that works; empty: any.
        below: the first version that is not known to work; empty: none.

    Raises:
        MissingExtra: it is missing, too old or too new.
    """
    install = f'run: pip install "coterie[{extra}]"'
    try:
        found = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        raise MissingExtra(f"{package} is not installed; {install}") from None
    if (at_least and _parts(found) < _parts(at_least)) or (below and _parts(found) >= _parts(below)):
        wanted = " and ".join(each for each in (at_least and f">={at_least}", below and f"<{below}") if each)
        raise MissingExtra(f"found {package} {found}, expected {wanted}; {install}")


def missing(package: str, extra: str, error: ImportError) -> MissingExtra:
    """Makes the error for an import that failed: the package is not there, or is not what it was."""
    try:
        found = f"found {package} {importlib.metadata.version(package)}, in which {error}"
    except importlib.metadata.PackageNotFoundError:
        found = f"{package} is not installed"
    return MissingExtra(f'{found}; run: pip install "coterie[{extra}]"')


def _parts(version: str) -> tuple[int, ...]:
    """The numbers a version begins with, for comparing.

    >>> _parts("1.10.0rc1") > _parts("1.9")
    True
    """
    return tuple(int(part) for part in re.findall(r"\d+", re.split(r"[^\d.]", version)[0]))
