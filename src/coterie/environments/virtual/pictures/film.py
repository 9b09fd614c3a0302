"""Films of an episode: frames drawn one after another, with names over heads and what is said in bubbles."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from coterie.environments.virtual.pictures.lens import Bird, Eye, lens, project
from coterie.environments.virtual.pictures.lettering import put, wrapped
from coterie.environments.virtual.pictures.render import Painter, Picture
from coterie.environments.virtual.pictures.shapes import body_colours
from coterie.environments.virtual.state.frame import BodyAt, Frame, Said

Bytes = npt.NDArray[np.uint8]
EYES = 1.6
"""Height of the eyes above the feet, metres; 0.2 of one who lies."""
OVERHEAD = 1.95
HOLD = 3.0
"""Seconds that words stay to be read, and 0.06 more for every letter."""
A_LETTER = 0.06


def eyes(body: BodyAt, view: float = 90.0, width: int = 128, height: int = 128) -> Eye:
    """The eyes of a body: what they see has everything in it but the body itself.

    >>> eyes(BodyAt("ann", 1.0, 2.0, 0.0, heading=90.0)).z
    1.6
    """
    up = 0.2 if body.posture == "lying" else EYES
    return Eye(body.x, body.y, body.z + up, body.heading, body.pitch, view, width, height, body.name)


def film(
    painter: Painter, frames: Sequence[Frame], view: Eye | Bird | str, width: int = 640, height: int = 480
) -> Iterator[Bytes]:
    """Every frame as a picture [row, column, 3] with names and words, one after another.

    Args:
        painter: who draws the scene.
        frames: moments in the order of time.
        view: where from; a name: from the eyes of that body, from whom no picture comes while it is absent.
        width: columns of a picture from somebody's eyes; other views have their own.
        height: rows of such a picture.
    """
    spoken: list[tuple[float, Said]] = []
    for frame in frames:
        spoken += [(frame.time, said) for said in frame.speech]
        spoken = [(at, said) for at, said in spoken if frame.time - at <= HOLD + A_LETTER * len(said.text)]
        through = view
        if isinstance(through, str):
            own = next((body for body in frame.bodies if body.name == through), None)
            if own is None:
                continue
            through = eyes(own, width=width, height=height)
        picture = painter.picture(through, frame, smooth=2)
        yield captioned(picture, through, frame, [said for _, said in spoken], painter.cast)


def captioned(
    picture: Picture, view: Eye | Bird, frame: Frame, spoken: Sequence[Said] = (), cast: tuple[str, ...] = ()
) -> Bytes:
    """A copy of a picture with names over heads, and the last words of every speaker.

    From somebody's eyes, only those who are seen get a caption; words of others stand at the lower border.
    """
    rgb, through = picture.rgb.copy(), lens(view)
    size = 2 if view.width >= 800 else 1
    colours = body_colours(tuple(body.name for body in frame.bodies), cast)
    seen = {picture.names[number] for number in np.unique(picture.instances)}
    words = {said.speaker: said for said in spoken}
    letters = max(8, view.width // (2 * 6 * size))
    for body in sorted(frame.bodies, key=lambda body: -(project(through, body.x, body.y, body.z) or (0, 0, 0))[2]):
        above = body.z + (0.5 if body.posture == "lying" else OVERHEAD)
        point = project(through, body.x, body.y, above)
        if point is None or body.name == view.owner or (isinstance(view, Eye) and body.name not in seen):
            continue
        column, row, _ = point
        dark = tuple(int(value * 0.7) for value in colours[body.name])
        put(rgb, body.name, column, row, size, ink=(255, 255, 255), paper=(dark[0], dark[1], dark[2]))
        said = words.pop(body.name, None)
        if said is not None:
            put(rgb, wrapped(_told(said), letters), column, row - 14 * size, size, pointer=6 * size)
    row = view.height - 4.0
    for said in reversed(words.values()):
        text = wrapped(f"{said.speaker}: {_told(said)}", 2 * letters - 4)
        put(rgb, text, view.width / 2, row, size)
        row -= size * (10 * (text.count("\n") + 1) + 6)
    return rgb


def _told(said: Said) -> str:
    return said.text if said.loudness == "talk" else f"({said.loudness}) {said.text}"
