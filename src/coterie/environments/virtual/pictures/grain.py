"""The grain of surfaces: boards, stones, grass, fronts of houses and cupboards, as brightness beside plain colour."""

from math import floor

from coterie.environments.virtual.pictures.materials import BOARDS, GRASS, PAVING, STAIRS, STREET
from coterie.environments.virtual.space.compiled import compiled


@compiled
def window(along: float, half: float) -> float:
    """How far a column of a house front is from the middle of a window, 0.5: half way to the next; 1: at the corner."""
    count = floor((half - 0.5) * 0.8)
    part = (along + half - 0.5) * count
    long = 2.0 * half - 1.0
    if count < 1 or part < 0.0 or part >= count * long:
        return 1.0
    part /= long
    return abs(part - floor(part) - 0.5)


@compiled
def glass(across: float, high: float, wide: float) -> float:
    """How much of a pixel there is glass: a row of windows in each storey, with frames and bars."""
    storey = (high - 0.5) / 3.0
    up = storey - floor(storey)
    if high < 0.5 or up < 0.2 or up > 0.72:
        return 0.0
    # Bars are drawn as long as they are wider than a pixel.
    if wide < 0.05 and (across < 0.01 or across > 0.21 or up > 0.7 or abs(up - 0.55) < 0.01):
        return 0.25
    return 1.0


@compiled
def drawers(along: float, high: float, wide: float) -> float:
    """The front of a cupboard: joints, and knobs beside the middle."""
    fine = max(0.0, 1.0 - wide * 25.0)
    part = high * 2.5
    part = part - floor(part)
    if abs(along) < 0.008 or part < 0.03:
        return 1.0 - 0.3 * fine
    if 0.05 < abs(along) < 0.08 and 0.5 < part < 0.575:
        return 1.0 - 0.45 * fine
    return 1.0


@compiled
def books(along: float, high: float, shelves: float, backs: float, wide: float) -> float:
    """Shelves, so many a metre of height, with what stands on them, so much a metre of length."""
    fine = max(0.0, 1.0 - wide * 0.6 * backs)
    shelf = floor(high * shelves)
    part = high * shelves - shelf
    place = floor(along * backs)
    back = fleck(place, shelf)
    if part < 0.08:
        return 1.0
    if part > 0.66 + 0.24 * back:
        return 1.0 - 0.5 * fine
    return 1.0 - fine * (0.1 + 0.4 * fleck(place, shelf + 7))


@compiled
def grained(grain: float, x: float, y: float, wide: float) -> float:
    """How bright a point of a floor is beside the floor's own colour; `wide`: metres that a pixel covers."""
    bright = 1.0
    fine = max(0.0, 1.0 - wide * 8.0)
    if grain == BOARDS:
        board = floor(y * 4.0)
        along = x + 0.7 * (board & 3)
        bright = 1.0 + fine * (0.05 * fleck(floor(along * 0.4), board) - 0.03)
        bright -= 0.07 * fine * max(joint(y, 4.0, wide), joint(along, 0.4, wide))
    elif grain == STREET:
        bright = 0.98 + 0.04 * fine * fleck(floor(x * 8.0), floor(y * 8.0))
    elif grain == PAVING:
        bright = 1.0 - 0.09 * max(joint(x, 1.0, wide), joint(y, 1.0, wide))
        bright -= 0.03 * fine * fleck(floor(x), floor(y))
    elif grain == GRASS:
        bright = 0.96 + 0.05 * max(0.0, 1.0 - wide) * fleck(floor(x * 0.7), floor(y * 0.7))
        bright += 0.05 * fine * fleck(floor(x * 9.0), floor(y * 9.0))
    elif grain == STAIRS:
        bright = 1.0 - 0.14 * joint(x + y, 3.0, wide)
    return bright


@compiled
def fleck(column: int, row: int) -> float:
    """A number of 0 to 1 for each square of a plan, always the same."""
    mixed = (column * 7919 + row * 104729 + column * row * 31) & 1023
    return ((mixed * mixed * 3 + mixed * 57) & 255) * 0.00392156862745098


@compiled
def joint(value: float, often: float, wide: float) -> float:
    """How much of a pixel, `wide` metres, is covered by joints of 2 cm that come `often` times a metre."""
    part = value * often
    part = part - floor(part)
    if part >= max(0.02, wide) * often:
        return 0.0
    return 1.0 if wide <= 0.02 else 0.02 / wide
