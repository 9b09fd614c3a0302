"""A scene as a glTF file, read back by a small reader that follows the specification."""

import json
import struct
from math import isclose

import numpy as np
import pytest
from pictures import moment, yard

from coterie.environments.virtual.pictures.export import glb
from coterie.environments.virtual.pictures.shapes import moving
from coterie.environments.virtual.space.scene import Scene

WIDTHS = {5126: ("<f4", 4), 5123: ("<u2", 2), 5125: ("<u4", 4)}
SIZES = {"SCALAR": 1, "VEC3": 3}


def read(data):
    """The JSON and the numbers of a binary glTF file."""
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    at, chunks = 12, {}
    while at < length:
        size, kind = struct.unpack_from("<I4s", data, at)
        assert size % 4 == 0
        chunks[kind] = data[at + 8 : at + 8 + size]
        at += 8 + size
    return json.loads(chunks[b"JSON"]), chunks.get(b"BIN\0", b"")


def numbers(document, data, which):
    """What an accessor points at."""
    accessor = document["accessors"][which]
    view = document["bufferViews"][accessor["bufferView"]]
    kind, width = WIDTHS[accessor["componentType"]]
    parts = SIZES[accessor["type"]]
    assert view["byteOffset"] % width == 0
    assert view["byteLength"] == accessor["count"] * parts * width
    values = np.frombuffer(data, kind, accessor["count"] * parts, view["byteOffset"]).reshape(-1, parts)
    if "min" in accessor:
        assert values.min(axis=0).tolist() == accessor["min"]
        assert values.max(axis=0).tolist() == accessor["max"]
    return values


def corners(document, data, node):
    """All corners of a node in the world, z up again, and its triangles."""
    sine, cosine = node["rotation"][1], node["rotation"][3]
    turn = 2 * np.arctan2(sine, cosine)
    points, volume = [], 0.0
    for primitive in document["meshes"][node["mesh"]]["primitives"]:
        local = numbers(document, data, primitive["attributes"]["POSITION"])
        normals = numbers(document, data, primitive["attributes"]["NORMAL"])
        triangles = numbers(document, data, primitive["indices"]).reshape(-1, 3)
        assert triangles.max() < len(local)
        assert np.allclose((normals**2).sum(axis=1), 1.0, atol=1e-5)
        one, two, three = (local[triangles[:, corner]].astype(float) for corner in range(3))
        face = np.cross(two - one, three - one)
        # Counter-clockwise as seen from where the normal looks.
        assert ((face * normals[triangles[:, 0]]).sum(axis=1) > 0).all()
        volume += (one * face).sum() / 6
        points.append(local)
    x, up, back = np.concatenate(points).astype(float).T
    moved_x, moved_back = x * np.cos(turn) + back * np.sin(turn), -x * np.sin(turn) + back * np.cos(turn)
    at = node["translation"]
    return np.stack([moved_x + at[0], -(moved_back + at[2]), up + at[1]], axis=1), volume


@pytest.fixture(scope="module")
def file():
    return glb(yard(1), moment(1))


def test_every_door_thing_and_body_is_a_node_of_its_name_where_it_is(file):
    document, data = read(file)
    assert document["buffers"] == [{"byteLength": len(data)}]
    nodes = {node["name"]: node for node in document["nodes"]}
    shapes = {}
    for solid in moving(yard(1), moment(1)):
        shapes.setdefault(solid.name, []).append(solid)
    assert {"gate", "arch", "chest", "lamp", "cup", "ann", "ben", "cat"} <= set(nodes)
    for name, solids in shapes.items():
        points, volume = corners(document, data, nodes[name])
        expected = np.array([(x, y, z) for s in solids for x, y in s.outline for z in (s.low, s.high)])
        assert np.allclose(points.min(axis=0), expected.min(axis=0), atol=0.06 if "body" in solids[0].kind else 1e-4)
        assert np.allclose(points.max(axis=0), expected.max(axis=0), atol=0.06 if "body" in solids[0].kind else 1e-4)
        assert isclose(volume, sum(area(s.outline) * (s.high - s.low) for s in solids), rel_tol=1e-3)


def area(outline):
    following = (*outline[1:], outline[0])
    return sum(ax * by - ay * bx for (ax, ay), (bx, by) in zip(outline, following, strict=True)) / 2


def test_what_never_moves_has_the_volume_of_its_prisms(file):
    document, data = read(file)
    total = {}
    for solid in yard(1).solids:
        total[solid.kind] = total.get(solid.kind, 0.0) + area(solid.outline) * (solid.high - solid.low)
    nodes = {node["name"]: node for node in document["nodes"] if node["extras"]["kind"] == node["name"]}
    for kind, expected in total.items():
        assert isclose(corners(document, data, nodes[kind])[1], expected, rel_tol=1e-3)


def test_an_open_door_stands_at_right_angles_on_its_hinge():
    shown, _ = read(glb(yard(1), moment(1)))
    start, _ = read(glb(yard(1)))
    opened, closed = (next(node for node in document["nodes"] if node["name"] == "gate") for document in (shown, start))
    assert opened["extras"]["open"] is True
    assert closed["extras"]["open"] is False
    assert opened["translation"] == closed["translation"]
    angles = [2 * np.degrees(np.arctan2(node["rotation"][1], node["rotation"][3])) for node in (opened, closed)]
    assert angles[0] - angles[1] == pytest.approx(90.0)


def test_windows_let_light_through(file):
    document, _ = read(file)
    glass = [material for material in document["materials"] if material.get("alphaMode") == "BLEND"]
    assert len(glass) == 1
    assert 0 < glass[0]["pbrMetallicRoughness"]["baseColorFactor"][3] < 1


def test_the_same_moment_gives_the_same_file():
    assert glb(yard(2), moment(2)) == glb(yard(2), moment(2))


def test_an_empty_scene_is_a_valid_file():
    document, data = read(glb(Scene((), (), ())))
    assert document["scenes"] == [{}]
    assert data == b""
