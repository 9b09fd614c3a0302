"""Films of an episode, drawn without a screen."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from coterie.core import ConfigError
from coterie.environments.virtual.pictures.film import film
from coterie.environments.virtual.pictures.images import gif as as_gif
from coterie.environments.virtual.pictures.images import write_mp4
from coterie.environments.virtual.pictures.lens import Bird
from coterie.environments.virtual.pictures.render import Painter
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.state.frame import Frame
from coterie.evaluation.replay.played import Played

TICKS_A_SECOND = 10
KNEE = 2.1
"""Where a house is cut open, above the highest floor that somebody walks on, metres."""
SMALL, LARGE = (480, 360), (960, 720)
"""Pixels of a GIF and of a film, across and up."""
LONGEST_GIF = 240
"""Frames; of longer episodes a GIF shows every second one, or third."""


def write_films(played: Played, gif: Path | None = None, mp4: Path | None = None, eyes: str | None = None) -> None:
    """Writes an episode as an animated GIF, an MP4 film, or both.

    Args:
        played: the episode.
        gif: where the GIF goes, which plays faster than time where the episode is long.
        mp4: where the film goes, at the pace of the world.
        eyes: through whose eyes; otherwise from above.

    Raises:
        ConfigError: the world has no scene, nobody is called so, nothing happened that could be shown, or there is
            no ffmpeg for the MP4.
    """
    if played.scene is None:
        raise ConfigError(
            f"{played.episode.environment} has nothing to film, only virtual and hybrid worlds have; the page shows it"
        )
    frames = played.frames
    cast = tuple(played.episode.totals)
    if eyes is not None and eyes not in cast:
        raise ConfigError(f"nobody is called {eyes!r}; there are {', '.join(cast)}")
    if not frames:
        raise ConfigError("the episode ended before anybody moved: there is nothing to film")
    for path in filter(None, (gif, mp4)):
        path.parent.mkdir(parents=True, exist_ok=True)
    painter = Painter(played.scene, cast)
    above = _above(played.scene, frames)
    if gif is not None:
        every = -(-len(frames) // LONGEST_GIF)
        pictures = list(film(painter, list(islice(frames, 0, None, every)), eyes or above, *SMALL))
        gif.write_bytes(as_gif(pictures, TICKS_A_SECOND))
    if mp4 is not None:
        try:
            large = above._replace(width=LARGE[0], height=LARGE[1])
            write_mp4(mp4, film(painter, frames, eyes or large, *LARGE), TICKS_A_SECOND)
        except ImportError as error:
            raise ConfigError(str(error)) from error


def _above(scene: Scene, frames: Sequence[Frame]) -> Bird:
    """The whole scene from above; without its roofs where somebody walks under one."""
    corners = [corner for floor in scene.floors for corner in floor.outline]
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    across = max(east - west, (north - south) * 4.0 / 3.0) * 1.08
    walked = {round(body.z) for frame in frames for body in frame.bodies}
    roofed = any(solid.kind == "roof" for solid in scene.solids)
    cut = max(walked) + KNEE if roofed and walked else 1e9
    return Bird((west + east) / 2.0, (south + north) / 2.0, across, width=SMALL[0], height=SMALL[1], cut=cut)
