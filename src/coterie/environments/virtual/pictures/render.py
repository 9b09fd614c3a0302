"""Pictures of a scene from somebody's eyes or from above, without any graphics library.

Exact with respect to the prisms of the scene (see `columns`), and byte-identical for the same scene, frame and view
whether Numba is installed or not. What is glass is seen through and has neither depth nor number.

>>> from coterie.environments.virtual.pictures.lens import Eye
>>> from coterie.environments.virtual.space.scene import Place, Scene
>>> from coterie.environments.virtual.space.solids import Floor, Solid, box
>>> yard = box(0, 0, 10, 10)
>>> scene = Scene((Solid("wall", box(7, 0, 8, 10), 0, 3),), (Floor(yard, 0.0),), (Place("yard", "room", yard),))
>>> painter = Painter(scene)
>>> picture = painter.picture(Eye(2.0, 5.0, 1.6))
>>> picture.rgb.shape, picture.depth[64, 64].item(), picture.names[picture.instances[64, 64]]
((128, 128, 3), 5.0, 'wall')
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from coterie.environments.virtual.pictures.canvas import Canvas, Ground, Shapes
from coterie.environments.virtual.pictures.columns import draw
from coterie.environments.virtual.pictures.lens import Bird, Eye, lens
from coterie.environments.virtual.pictures.light import SHADOW, light
from coterie.environments.virtual.pictures.parts import Parts
from coterie.environments.virtual.pictures.shading import Air, colour
from coterie.environments.virtual.space.geometry import Outlines
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.state.frame import Frame

Bytes = npt.NDArray[np.uint8]
OUTDOORS = Air(
    np.array([226.0, 232.0, 232.0]), np.array([150.0, 186.0, 214.0]), np.array([196.0, 200.0, 192.0]), 1.0 / 170.0
)
PAPER = np.array([236.0, 234.0, 228.0])
"""What lies beside the world in a view from above."""
FROM_ABOVE = Air(PAPER, PAPER, PAPER, 0.0)
REACH = np.array(SHADOW)


class Picture(NamedTuple):
    """What an eye sees."""

    rgb: Bytes
    """Colours [row, column, 3]."""
    depth: npt.NDArray[np.float32]
    """Metres ahead of the eye, along the level of its heading [row, column]; infinite where there is only sky."""
    instances: npt.NDArray[np.int32]
    """What is seen, a place in `names` [row, column]."""
    names: tuple[str, ...]
    """First nothing, then the kinds of floors, then solids, doors, things and bodies."""


class Painter:
    """Draws pictures of one scene at any moment."""

    def __init__(self, scene: Scene, cast: tuple[str, ...] = ()) -> None:
        """Lays the scene out and bakes where the sun reaches.

        Args:
            scene: what to draw.
            cast: bodies in the order of their colours and numbers; those it does not name follow as in the frame.
        """
        self.scene, self.cast = scene, cast
        self._light = light(scene.solids, scene.floors)
        self._parts = Parts(scene, cast)
        self._sizes: dict[tuple[int, int], Canvas] = {}

    def picture(self, view: Eye | Bird, frame: Frame | None = None, smooth: int = 1) -> Picture:
        """Draws one moment.

        Args:
            view: where the picture is taken from.
            frame: the moment; None: the beginning, with nobody there.
            smooth: colours are means over this many rays across and down a pixel; depth and instances always show what
                is in the middle of the pixel (2: half a ray beside it).

        Raises:
            ValueError: the view has no pixels, or numbers that are not finite.
        """
        if smooth > 1:
            fine = self.picture(view._replace(width=view.width * smooth, height=view.height * smooth), frame)
            total = fine.rgb.reshape(view.height, smooth, view.width, smooth, 3).sum((1, 3), np.uint32)
            middle = slice(smooth // 2, None, smooth)
            mean = ((total + smooth * smooth // 2) // (smooth * smooth)).astype(np.uint8)
            return Picture(mean, fine.depth[middle, middle], fine.instances[middle, middle], fine.names)
        through = lens(view)
        parts = self._parts
        parts.show(frame)
        shapes, ground = parts.shapes, parts.ground
        width, height = view.width, view.height
        canvas = self._canvas(width, height)
        with parts.without(view.owner):
            if isinstance(view, Bird) and view.cut < 1e9:
                shapes, ground = _section(shapes, ground, view.cut)
            draw(through, shapes, ground, canvas, REACH)
        rgb = np.empty((height, width, 3), np.uint8)
        depth = np.empty((height, width), np.float32)
        instances = np.empty((height, width), np.int32)
        air = OUTDOORS if isinstance(view, Eye) else FROM_ABOVE
        colour(through, canvas, parts.materials, self._light, air, rgb, depth, instances)
        return Picture(rgb, depth, instances, parts.names)

    def _canvas(self, width: int, height: int) -> Canvas:
        """Room to draw in, kept for the next picture of the same size."""
        made = self._sizes.get((width, height))
        if made is None:
            # A shadow has at most two corners more than what throws it.
            shadow = Outlines(np.zeros((16, 2)), np.zeros(1, np.int64), np.zeros(1, np.int64))
            made = Canvas(
                np.empty((width, height)), np.empty((width, height), np.int64), np.empty(width), np.empty(width),
                np.empty(width, np.int64), np.empty((height, 3)), shadow,
            )  # fmt: skip
            self._sizes[width, height] = made
        return made


def _section(shapes: Shapes, ground: Ground, height: float) -> tuple[Shapes, Ground]:
    """What is below a height, cut off there."""
    return (
        shapes._replace(high=np.minimum(shapes.high, height), drawn=shapes.drawn & (shapes.low < height)),
        ground._replace(drawn=ground.drawn & (ground.low < height)),
    )
