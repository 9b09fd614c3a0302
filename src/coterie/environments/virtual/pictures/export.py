"""A scene at one moment as a binary glTF file (.glb), which browsers and modelling programs open.

Follows the glTF 2.0 specification, section 4 (binary container) and 3 (nodes, meshes, materials). glTF has y up: east
is x, up is y, north is -z. What never moves is one node for each kind of solid and floor; every door, thing and body is
a node of its own with its name, placed by the node's translation and rotation, so that a viewer can move it.
"""

import json
import struct
from collections.abc import Sequence
from math import cos, radians, sin
from typing import Any

import numpy as np

from coterie.environments.virtual.pictures.meshes import Mesh, floor_mesh, joined, prism_mesh, solid_mesh
from coterie.environments.virtual.pictures.palette import floor_look
from coterie.environments.virtual.pictures.shapes import DOOR_COLOUR, body_colours, body_parts, thing_parts
from coterie.environments.virtual.space.geometry import Floats
from coterie.environments.virtual.space.scene import Door, Scene
from coterie.environments.virtual.space.solids import Solid, box
from coterie.environments.virtual.state.frame import BodyAt, Frame, ThingAt

Json = dict[str, Any]
Look = tuple[tuple[int, int, int], bool]
"""A colour, and whether it is glass."""
GLASS = 0.3
"""How much of a colour a window keeps."""
FLOATS, SMALL, LARGE = 5126, 5123, 5125
"""The types of numbers in glTF: float32, uint16, uint32."""
VERTICES, INDICES = 34962, 34963


def glb(scene: Scene, frame: Frame | None = None, cast: tuple[str, ...] = ()) -> bytes:
    """Writes a scene as a binary glTF file.

    Args:
        scene: the world at its beginning.
        frame: the moment; None: the beginning, with nobody in it. An open door is there too, turned on its hinge.
        cast: the bodies in the order of their colours; the others follow.
    """
    writer = _Writer()
    for kind, solids in _by_kind(scene.solids).items():
        writer.node(kind, [((solid.colour, not solid.opaque), solid_mesh(solid)) for solid in solids], {"kind": kind})
    floors: dict[str, list[tuple[Look, Mesh]]] = {}
    for floor in scene.floors:
        floors.setdefault(floor.kind, []).append(((floor_look(floor.kind)[0], False), floor_mesh(floor)))
    for kind, parts in floors.items():
        writer.node(kind, parts, {"kind": "floor"})
    for door in scene.doors:
        _door(writer, door, door.open if frame is None else frame.doors.get(door.name, door.open))
    at = {} if frame is None else {thing.name: thing for thing in frame.things}
    states = {} if frame is None else frame.states
    for thing in scene.things:
        now, active = at.get(thing.name, ThingAt(thing.name, *thing.at)), thing.open or thing.on
        shapes = thing_parts(thing, ThingAt(thing.name, 0.0, 0.0, 0.0), states.get(thing.name, active))
        writer.node(thing.name, _looks(shapes), {"kind": thing.kind}, (now.x, now.y, now.z), now.heading)
    bodies = () if frame is None else frame.bodies
    colours = body_colours(tuple(body.name for body in bodies), cast)
    for body in bodies:
        shapes = body_parts(BodyAt(body.name, 0.0, 0.0, 0.0, 0.0, posture=body.posture), colours[body.name])
        writer.node(body.name, _looks(shapes), {"kind": "body"}, (body.x, body.y, body.z), body.heading)
    return writer.file()


def _by_kind(solids: Sequence[Solid]) -> dict[str, list[Solid]]:
    kinds: dict[str, list[Solid]] = {}
    for solid in solids:
        kinds.setdefault(solid.kind, []).append(solid)
    return kinds


def _looks(solids: Sequence[Solid]) -> list[tuple[Look, Mesh]]:
    return [((solid.colour, not solid.opaque), solid_mesh(solid)) for solid in solids]


def _door(writer: "_Writer", door: Door, opened: bool) -> None:
    """A door hangs at the end its wall comes from, and stands at right angles to the wall when it is open."""
    (x, y), (ux, uy), half = door.at, door.along, door.width / 2
    leaf = prism_mesh(box(0.0, -door.thickness / 2, door.width, door.thickness / 2), 0.0, door.height)
    direction = float(np.degrees(np.arctan2(uy, ux)))
    hinge = x - half * ux, y - half * uy, door.level
    extras = {"kind": "door", "open": opened, "closed_heading": direction}
    writer.node(door.name, [((DOOR_COLOUR, False), leaf)], extras, hinge, direction + (90.0 if opened else 0.0))


class _Writer:
    """Gathers nodes, meshes and numbers of a file."""

    def __init__(self) -> None:
        self.nodes: list[Json] = []
        self.meshes: list[Json] = []
        self.materials: list[Json] = []
        self.accessors: list[Json] = []
        self.views: list[Json] = []
        self.data = bytearray()
        self.looks: dict[Look, int] = {}

    def node(
        self, name: str, parts: Sequence[tuple[Look, Mesh]], extras: Json,
        at: tuple[float, float, float] = (0.0, 0.0, 0.0), heading: float = 0.0,
    ) -> None:  # fmt: skip
        """Adds a node with a mesh of its own: one primitive for each look."""
        primitives = []
        for look in dict.fromkeys(look for look, _ in parts):
            mesh = joined([mesh for other, mesh in parts if other == look])
            kind = SMALL if len(mesh.points) < 65535 else LARGE
            primitives.append(
                {
                    "attributes": {"POSITION": self._vectors(mesh.points), "NORMAL": self._vectors(mesh.normals)},
                    "indices": self._numbers(mesh.triangles.ravel(), kind),
                    "material": self._material(look),
                }
            )
        half = radians(heading) / 2.0
        self.nodes.append(
            {
                "name": name,
                "mesh": len(self.meshes),
                "translation": [at[0], at[2], -at[1]],
                "rotation": [0.0, sin(half), 0.0, cos(half)],
                "extras": extras,
            }
        )
        self.meshes.append({"name": name, "primitives": primitives})

    def file(self) -> bytes:
        """The file: a header, what there is as JSON, and the numbers."""
        document: Json = {
            "asset": {"version": "2.0", "generator": "coterie"},
            "scene": 0,
            "scenes": [{"nodes": list(range(len(self.nodes)))}] if self.nodes else [{}],
        }
        for name, entries in (
            ("nodes", self.nodes), ("meshes", self.meshes), ("materials", self.materials),
            ("accessors", self.accessors), ("bufferViews", self.views),
        ):  # fmt: skip
            if entries:
                document[name] = entries
        if self.data:
            document["buffers"] = [{"byteLength": len(self.data)}]
        text = json.dumps(document, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
        if self.data:
            chunks += struct.pack("<II", len(self.data), 0x004E4942) + bytes(self.data)
        return struct.pack("<III", 0x46546C67, 2, 12 + len(chunks)) + chunks

    def _vectors(self, values: Floats) -> int:
        """Stores points or directions, turned so that y is up; minus zero is written as zero."""
        turned = (values[:, [0, 2, 1]] * (1.0, 1.0, -1.0) + 0.0).astype("<f4")
        self._view(turned.tobytes(), VERTICES)
        bounds = {"min": turned.min(axis=0).tolist(), "max": turned.max(axis=0).tolist()}
        return self._accessor(FLOATS, len(turned), "VEC3", bounds)

    def _numbers(self, values: np.ndarray, kind: int) -> int:
        self._view(values.astype("<u2" if kind == SMALL else "<u4").tobytes(), INDICES)
        return self._accessor(kind, len(values), "SCALAR", {})

    def _view(self, data: bytes, target: int) -> None:
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data), "target": target})
        self.data += data + bytes(-len(data) % 4)

    def _accessor(self, kind: int, count: int, shape: str, bounds: Json) -> int:
        view = len(self.views) - 1
        self.accessors.append({"bufferView": view, "componentType": kind, "count": count, "type": shape, **bounds})
        return len(self.accessors) - 1

    def _material(self, look: Look) -> int:
        if look not in self.looks:
            (red, green, blue), glass = look
            colour = [_linear(value) for value in (red, green, blue)]
            surface = {"baseColorFactor": [*colour, GLASS if glass else 1.0], "metallicFactor": 0.0}
            made: Json = {
                "name": f"{red}, {green}, {blue}",
                "pbrMetallicRoughness": {**surface, "roughnessFactor": 0.9},
            }
            if glass:
                made["name"] += ", glass"
                made["alphaMode"] = "BLEND"
            self.looks[look] = len(self.materials)
            self.materials.append(made)
        return self.looks[look]


def _linear(value: int) -> float:
    """A channel of a screen colour as an amount of light (IEC 61966-2-1)."""
    part = value / 255.0
    return round(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4, 6)
