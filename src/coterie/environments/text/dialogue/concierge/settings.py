"""Reading options: numbers within bounds, and names."""


def within(**found: tuple[int, int, int]) -> None:
    """Checks whole numbers: each is its value, the least and the most allowed."""
    for name, (value, low, high) in found.items():
        if not low <= value <= high:
            raise ValueError(f"{name}={value}, expected {low} to {high}")


def named(option: str, found: str, everything: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Reads names with commas between them, in the order of `known`.

    >>> named("goals", "cancel, book", "all", ("book", "change", "cancel"))
    ('book', 'cancel')
    """
    names = known if found == everything else tuple(each.strip() for each in found.split(","))
    if strangers := [each for each in names if each not in known]:
        raise ValueError(f"{option}={found!r}: {strangers[0]!r} is none of {', '.join(known)}, or {everything}")
    return tuple(each for each in known if each in names)
