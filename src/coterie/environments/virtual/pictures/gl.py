"""The pictures of `render`, drawn by a graphics library: ModernGL without a window, through EGL.

Same scene, same views, same depth to within a few centimetres (edges aside), softer edges and shadows of everything;
the grain of floors and fronts is left out. Colours may differ from machine to machine, so nothing that must be
repeatable may look at them.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from coterie.environments.virtual.pictures import gl_programs
from coterie.environments.virtual.pictures.lens import Bird, Eye, lens
from coterie.environments.virtual.pictures.light import SUN, light
from coterie.environments.virtual.pictures.materials import COOL, WARM
from coterie.environments.virtual.pictures.meshes import Mesh, floor_mesh, prism_mesh
from coterie.environments.virtual.pictures.palette import CEILING, floor_look
from coterie.environments.virtual.pictures.render import FROM_ABOVE, OUTDOORS, Picture
from coterie.environments.virtual.pictures.shading import LAMP
from coterie.environments.virtual.pictures.shapes import moving
from coterie.environments.virtual.space.geometry import Floats
from coterie.environments.virtual.space.scene import Scene
from coterie.environments.virtual.space.solids import Solid
from coterie.environments.virtual.state.frame import Frame

SHADE_SIDE = 2048
"""Pixels along one side of the picture that the sun sees."""
LAYOUT = "3f 3f 3f 1f", "at", "normal", "albedo", "number"


class GlPainter:
    """Draws pictures of one scene at any moment, as `render.Painter` does."""

    def __init__(self, scene: Scene, cast: tuple[str, ...] = ()) -> None:
        """Opens a graphics library without a window and hands it the scene.

        Raises:
            ImportError: ModernGL is not installed.
            RuntimeError: there is no EGL on this machine; `render.Painter` needs none.
        """
        self.scene, self.cast = scene, cast
        self._context = _context()
        self._programs = {
            name: self._context.program(vertex_shader=vertex, fragment_shader=fragment)
            for name, (vertex, fragment) in {
                "colour": (gl_programs.SEEN, gl_programs.COLOURED),
                "measure": (gl_programs.SEEN, gl_programs.MEASURED),
                "shade": (gl_programs.SUN_SEEN, gl_programs.NOTHING),
                "sky": (gl_programs.SKY, gl_programs.SKY_COLOURED),
            }.items()
        }
        kinds, names = (floor.kind for floor in scene.floors), (solid.name for solid in scene.solids)
        doors, things = (door.name for door in scene.doors), (thing.name for thing in scene.things)
        self._fixed = tuple(dict.fromkeys(("", *kinds, *names, *doors, *things)))
        number = {name: place for place, name in enumerate(self._fixed)}
        self._still = [_rows(solid, number[solid.name]) for solid in scene.solids if solid.opaque]
        for floor in scene.floors:
            mesh = floor_mesh(floor)
            half = len(mesh.triangles) // 2
            above, below = (mesh._replace(triangles=part) for part in (mesh.triangles[:half], mesh.triangles[half:]))
            low = min(floor.at(*corner) for corner in floor.outline)
            for part, tint in ((above, floor_look(floor.kind)[0]), (below, CEILING)):
                self._still.append(_Rows(low, False, _laid(part, tint, number[floor.kind])))
        self._glass = [_rows(solid, 0) for solid in scene.solids if not solid.opaque]
        baked = light(scene.solids, scene.floors)
        self._grid = baked.grid
        cover = baked.maps[:, :, 1].astype("f4")
        self._cover = self._context.texture(cover.shape[::-1], 1, cover.tobytes(), dtype="f4")
        self._cover.filter = (self._context.NEAREST, self._context.NEAREST)
        self._shade = self._context.depth_texture((SHADE_SIDE, SHADE_SIDE))
        self._shade.compare_func = "<="
        self._shaded = self._context.framebuffer(depth_attachment=self._shade)

    def picture(self, view: Eye | Bird, frame: Frame | None = None, smooth: int = 2) -> Picture:
        """Draws one moment.

        Args:
            view: where the picture is taken from.
            frame: the moment; None: the beginning, with nobody there.
            smooth: edges are drawn with the square of this many samples a pixel, as far as the machine can.

        Raises:
            ValueError: the view has no pixels, or numbers that are not finite.
        """
        through = lens(view).numbers
        bodies = () if frame is None else tuple(body.name for body in frame.bodies)
        names = (*self._fixed, *dict.fromkeys((*self.cast, *bodies)))
        number = {name: place for place, name in enumerate(names)}
        solids = [each for each in moving(self.scene, frame, self.cast) if each.name != view.owner]
        cut = view.cut if isinstance(view, Bird) else np.inf
        data = _below(cut, [*self._still, *(_rows(solid, number[solid.name]) for solid in solids)])
        glass = _below(cut, self._glass)
        air = OUTDOORS if isinstance(view, Eye) else FROM_ABOVE
        sun_view, bias = _sun_view(data)
        with self._context:
            self._tell(
                eye=(*through[1:4], through[0]), lens=(through[4], through[5], through[8], through[10]),
                frame=(view.width, view.height, through[9], through[11]), fine=1.0, thin=air.thin,
                haze=air.haze / 255.0, zenith=air.zenith / 255.0, below=air.below / 255.0,
                sun=SUN, warm=WARM, cool=COOL, lamp=(LAMP, LAMP, LAMP), grid=(*self._grid[:3], 0.0),
                sun_view=sun_view.T.ravel(), bias=bias, shade=0, cover=1, glass=0.0,
            )  # fmt: skip
            return Picture(*self._drawn(data, glass, view.width, view.height, smooth), names)

    def _drawn(self, data: Floats, glass: Floats, width: int, height: int, smooth: int) -> tuple[Any, Any, Any]:
        context, size = self._context, (width, height)
        context.enable(context.DEPTH_TEST | context.CULL_FACE)
        made = [context.buffer(np.ascontiguousarray(part, "f4").tobytes() or b"\0") for part in (data, glass)]
        arrays = {
            name: [context.vertex_array(program, [(buffer, *LAYOUT)], skip_errors=True) for buffer in made]
            for name, program in self._programs.items()
            if name != "sky"
        }
        self._shaded.use()
        self._shaded.clear(depth=1.0)
        arrays["shade"][0].render(vertices=len(data))
        self._shade.use(0)
        self._cover.use(1)
        samples = min(smooth * smooth, context.max_samples)
        coarse = context.simple_framebuffer(size)
        fine = context.simple_framebuffer(size, samples=samples) if samples > 1 else coarse
        fine.use()
        fine.clear(depth=1.0)
        context.depth_func = "<="
        context.vertex_array(self._programs["sky"], []).render(vertices=3)
        arrays["colour"][0].render(vertices=len(data))
        if len(glass):
            self._tell(glass=1.0)
            context.enable(context.BLEND)
            fine.depth_mask = False
            arrays["colour"][1].render(vertices=len(glass))
            fine.depth_mask = True
            context.disable(context.BLEND)
        if fine is not coarse:
            context.copy_framebuffer(coarse, fine)
        rgb = _image(coarse.read(components=3, alignment=1), np.uint8, height, width, 3)
        distances, whose = context.texture(size, 1, dtype="f4"), context.texture(size, 1, dtype="i4")
        exact = context.framebuffer([distances, whose], context.depth_renderbuffer(size))
        exact.use()
        exact.clear(depth=1.0)
        context.depth_func = "<"
        arrays["measure"][0].render(vertices=len(data))
        instances = _image(whose.read(), np.int32, height, width)
        depth = _image(distances.read(), np.float32, height, width)
        depth[instances == 0] = np.inf
        used = (coarse, fine, exact, distances, whose, *made, *(array for pair in arrays.values() for array in pair))
        for each in used:
            each.release()
        return rgb, depth, instances

    def _tell(self, **values: Any) -> None:
        """Hands numbers to every program that asks for them."""
        for program in self._programs.values():
            for name, value in values.items():
                if name in program:
                    program[name].value = tuple(map(float, value)) if np.ndim(value) else value


def _context() -> Any:
    try:
        import moderngl
    except ImportError:
        raise ImportError('pictures through a graphics library need: pip install "coterie[gl]"') from None
    try:
        open_context: Any = moderngl.create_standalone_context  # its own types know no names of backends
        return open_context(backend="egl")
    except Exception as error:  # what is raised depends on what is missing: a library, a driver, a display
        raise RuntimeError(
            f"no EGL on this machine ({error}); install libegl1 and libgl1-mesa-dri, or use render.Painter, which "
            "needs no graphics library"
        ) from error


class _Rows(NamedTuple):
    """The corners of some triangles."""

    low: float
    """Their lowest point, metres."""
    upright: bool
    """Whether it is a prism."""
    rows: Floats
    """x, y, z, normal, colour of 0 to 1, whose it is [corner, 10]."""


def _rows(solid: Solid, number: int) -> _Rows:
    rows = _laid(prism_mesh(solid.outline, solid.low, solid.high), solid.colour, number)
    if solid.kind == "roof":
        rows[rows[:, 5] < -0.5, 6:9] = np.array(CEILING) / 255.0
    return _Rows(solid.low, True, rows)


def _laid(mesh: Mesh, colour: Sequence[int], number: int) -> Floats:
    corners = mesh.triangles.ravel()
    tint = np.tile((*(np.array(colour) / 255.0), float(number)), (len(corners), 1))
    return np.concatenate([mesh.points[corners], mesh.normals[corners], tint], axis=1)


def _below(cut: float, parts: Sequence[_Rows]) -> Floats:
    """What is below a height, in one piece; prisms that reach above it are cut off there."""
    kept = [np.zeros((0, 10))]
    for part in parts:
        if part.low < cut:
            rows = part.rows
            if part.upright and np.isfinite(cut):
                rows = rows.copy()
                rows[:, 2] = np.minimum(rows[:, 2], cut)
            kept.append(rows)
    return np.concatenate(kept)


def _sun_view(rows: Floats) -> tuple[Floats, float]:
    """The matrix of a view from the sun with every corner in it, and how far off a surface its shade is looked up."""
    ahead = -np.array(SUN) / np.sqrt((np.array(SUN) ** 2).sum())
    right = np.cross(ahead, (0.0, 0.0, 1.0))
    right /= np.sqrt((right**2).sum())
    turned = np.stack([right, np.cross(right, ahead), ahead])
    seen = rows[:, :3] @ turned.T if len(rows) else np.zeros((1, 3))
    low, high = seen.min(axis=0) - 0.5, seen.max(axis=0) + 0.5
    out = np.eye(4)
    out[:3, :3] = 2.0 * turned / (high - low)[:, None]
    out[:3, 3] = -(high + low) / (high - low)
    return out, 0.03 + 1.5 * float((high - low)[:2].max()) / SHADE_SIDE


def _image(data: bytes, kind: Any, *shape: int) -> Any:
    """Pixels as the library hands them over, from the lowest row up, turned to begin at the top."""
    return np.frombuffer(data, kind).reshape(shape)[::-1].copy()
