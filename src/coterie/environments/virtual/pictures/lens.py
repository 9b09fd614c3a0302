"""Where a picture is taken from: somebody's eyes, or high above; and where a point of the world falls in it.

Both are the same to the inner loops. In a picture every column of pixels looks along one vertical plane, so that
upright edges stay upright; looking up or down shifts the picture, as the lens of an architect's camera does, instead of
tilting it. What is seen in the middle is what a tilted camera would see there; towards the upper and lower border it is
drawn longer.
"""

from math import cos, radians, sin, tan
from typing import NamedTuple

import numpy as np

from coterie.environments.virtual.space.geometry import Floats

NEAR = 0.05
"""What is nearer to an eye than this is not drawn, metres."""
STEEPEST = 75.0
"""Pitch beyond this is drawn as this, degrees: no shift of a lens shows what is straight above."""


class Eye(NamedTuple):
    """An eye in the world and the picture it takes."""

    x: float
    y: float
    z: float
    """Height of the eye itself, metres."""
    heading: float = 0.0
    """Degrees counter-clockwise from east."""
    pitch: float = 0.0
    """Degrees above the horizon, up to 75."""
    view: float = 90.0
    """Width of the field of view, degrees; below 180."""
    width: int = 128
    height: int = 128
    owner: str = ""
    """Whose eye it is: that body is not drawn."""


class Bird(NamedTuple):
    """A view from high above without perspective: equal lengths stay equal, south faces show."""

    x: float
    y: float
    """What lies in the middle of the picture."""
    across: float
    """How much of the world fits in the width, metres."""
    z: float = 0.0
    heading: float = 90.0
    """What is up in the picture; 90: north."""
    steep: float = 55.0
    """Degrees below the horizon it looks, 10 to 85: a plan at 85, nearly a front view at 10."""
    width: int = 640
    height: int = 480
    cut: float = 1e9
    """Nothing above this height is drawn: a section that shows the rooms, metres."""
    owner: str = ""


class Lens(NamedTuple):
    """An eye or a bird, as the inner loops read it. A ray through row r meets height A[r] + B[r] t after t metres."""

    numbers: Floats
    """Perspective (1 or 0), x, y, z, heading x, heading y, nearest, middle column, width of a pixel a metre ahead,
    row of the horizon, height of a pixel a metre ahead, how many metres of height one metre ahead is worth [12]."""
    starts: Floats
    """A [row]."""
    slopes: Floats
    """B [row]."""


def lens(view: Eye | Bird) -> Lens:
    """Grinds the lens of an eye or a bird.

    Raises:
        ValueError: a number is not finite, a picture has no pixels, or the field of view is not between 0 and 180.
    """
    if not np.isfinite(view[:8] if isinstance(view, Eye) else view[:9]).all() or min(view.width, view.height) < 1:
        raise ValueError(f"{view}: expected finite numbers and a picture of at least 1 x 1")
    turn = radians(view.heading)
    ahead_x, ahead_y = cos(turn), sin(turn)
    rows = np.arange(view.height, dtype=np.float64) + 0.5
    if isinstance(view, Eye):
        if not 0.0 < view.view < 180.0:
            raise ValueError(f"field of view of {view.view} degrees, expected more than 0 and less than 180")
        pixel = 2.0 * tan(radians(view.view) / 2.0) / view.width
        horizon = view.height / 2.0 + tan(radians(min(STEEPEST, max(-STEEPEST, view.pitch)))) / pixel
        numbers = (1.0, view.x, view.y, view.z, ahead_x, ahead_y, NEAR, view.width / 2.0, pixel, horizon, pixel, 0.0)
        # No row looks exactly along the horizon, where a level plane is met nowhere.
        slopes = (horizon - rows) * pixel
        return Lens(np.array(numbers), np.full(view.height, view.z), np.where(slopes == 0.0, 1e-12, slopes))
    if not 10.0 <= view.steep <= 85.0 or view.across <= 0.0:
        raise ValueError(f"{view.steep} degrees, {view.across} m across; expected 10 to 85 degrees and more than 0 m")
    pixel, down = view.across / view.width, radians(view.steep)
    upright, lean, middle = pixel / cos(down), tan(down), view.height / 2.0
    numbers = (0.0, view.x, view.y, view.z, ahead_x, ahead_y, -1e9, view.width / 2.0, pixel, middle, upright, lean)
    return Lens(np.array(numbers), view.z + (middle - rows) * upright, np.full(view.height, -lean))


def project(through: Lens, x: float, y: float, z: float) -> tuple[float, float, float] | None:
    """Column, row and distance ahead at which a point is seen, in pixels and metres; None: it is behind the eye.

    >>> project(lens(Eye(0, 0, 1.6, width=100, height=80)), 5.0, 0.0, 1.6)
    (50.0, 40.0, 5.0)
    """
    perspective, ex, ey, ez, ux, uy, near, middle, across, horizon, upright, lean = through.numbers.tolist()
    ahead = (x - ex) * ux + (y - ey) * uy
    aside = (x - ex) * uy - (y - ey) * ux
    if ahead < near:
        return None
    scale = ahead if perspective else 1.0
    return middle + aside / (scale * across), horizon - (z - ez + lean * ahead) / (scale * upright), ahead
