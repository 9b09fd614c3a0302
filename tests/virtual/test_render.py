"""Pictures show exactly the prisms of the scene, always the same, whoever draws them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pictures import moment, rays, traced, yard

from coterie.environments.virtual.pictures.lens import Bird, Eye, lens, project
from coterie.environments.virtual.pictures.render import Painter
from coterie.environments.virtual.space.scene import Place, Scene, Thing
from coterie.environments.virtual.space.solids import Floor, Solid, box
from coterie.environments.virtual.state.frame import BodyAt, Frame

EYES = [Eye(x, y, z, heading, pitch, view, 64, 48) for x, y, z, heading, pitch, view in (
    (15.0, 15.0, 1.6, 30.0, 0.0, 90.0), (2.0, 20.0, 1.6, -70.0, -25.0, 70.0), (25.0, 4.0, 6.0, 135.0, 20.0, 110.0),
    (-5.0, -5.0, 12.0, 45.0, -35.0, 60.0), (9.0, 9.0, 1.6, 180.0, 5.0, 90.0),
)]  # fmt: skip
BIRDS = [Bird(15.0, 15.0, 30.0, width=64, height=48), Bird(12.0, 9.0, 12.0, 0.0, 30.0, 80.0, 64, 48, cut=1.3)]


def names_of(picture):
    return np.array(picture.names, object)[picture.instances]


@pytest.mark.parametrize("view", [*EYES, *BIRDS])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_picture_shows_what_single_rays_through_every_prism_meet(seed, view):
    scene, frame = yard(seed), moment(seed)
    picture = Painter(scene).picture(view, frame)
    depth, names = traced(scene, frame, view)
    same = names_of(picture) == names
    # Where two of the same depth lie in one another, or a ray grazes an edge, either is right.
    close = np.isclose(picture.depth, depth, rtol=1e-5, atol=1e-5)
    assert (same | close).all() or (~(same | close)).sum() <= 2
    assert same.mean() > 0.97
    assert close.mean() > 0.999


def test_an_eye_inside_a_prism_sees_through_it():
    scene = Scene((Solid("block", box(0, 0, 2, 2), 0, 3), Solid("wall", box(5, -5, 6, 5), 0, 3)), (), ())
    picture = Painter(scene).picture(Eye(1.0, 1.0, 1.5, width=9, height=9))
    assert picture.names[picture.instances[4, 4]] == "wall"


def test_nobody_sees_the_body_whose_eyes_they_are():
    scene, frame = (
        yard(),
        Frame(0.0, (BodyAt("ann", 3.0, 12.0, 0.0, 0.0), BodyAt("ben", 4.0, 12.0, 0.0, 0.0, posture="lying"))),
    )
    painter = Painter(scene)
    own = painter.picture(Eye(3.0, 12.0, 1.6, 0.0, -60.0, 90.0, 64, 64, "ann"), frame)
    seen = set(names_of(own).ravel())
    assert "ben" in seen
    assert "ann" not in seen
    from_behind = painter.picture(Eye(1.0, 12.0, 1.6, 0.0, 0.0, 90.0, 64, 64), frame)
    assert "ann" in set(names_of(from_behind).ravel())


def test_glass_is_seen_through_and_tints():
    pane = Solid("pane", box(2, -2, 2.05, 2), 0, 3, "window", opaque=False)
    wall = Solid("wall", box(4, -9, 5, 9), 0, 3, colour=(200, 60, 60))
    with_pane, without = (Painter(Scene(solids, (), ())) for solids in ((pane, wall), (wall,)))
    one, other = with_pane.picture(Eye(0, 0, 1.5)), without.picture(Eye(0, 0, 1.5))
    assert (one.depth == other.depth).all()
    assert one.names[one.instances[64, 64]] == "wall"
    assert (one.rgb[64, 64] != other.rgb[64, 64]).any()


def test_a_closed_door_is_seen_and_an_open_one_is_not():
    scene = yard(count=0)
    view = Eye(10.0, 18.75, 1.5, -37.0)
    painter = Painter(scene)
    for opened in (False, True, False):
        seen = set(names_of(painter.picture(view, Frame(0.0, (), {"gate": opened}))).ravel())
        assert ("gate" in seen) == (not opened)


def test_what_is_inside_shows_only_when_the_chest_is_open():
    thing = Thing("chest", "trunk", (2.0, 0.0, 0.0), (0.8, 0.8, 0.5), ("container", "open"))
    ring = Thing("ring", "ring", (2.0, 0.0, 0.05), (0.3, 0.3, 0.1))
    painter = Painter(Scene((), (Floor(box(-1, -5, 9, 5), 0.0),), (), (), (thing, ring)))
    for opened in (True, False):
        seen = set(
            names_of(painter.picture(Eye(1.4, 0.0, 2.5, 0.0, -70.0), Frame(0.0, (), states={"chest": opened}))).ravel()
        )
        assert ("ring" in seen) == opened


def test_the_same_moment_gives_the_same_bytes_whatever_was_drawn_before():
    scene, frame, later = yard(3), moment(3), moment(4)
    used = Painter(scene)
    for other in (later, None, Frame(0.0, (BodyAt("dan", 1.0, 1.0, 0.0, 0.0),)), moment(5)):
        used.picture(EYES[1], other)
    for view in (*EYES, *BIRDS):
        fresh, again = Painter(scene).picture(view, frame), used.picture(view, frame)
        assert fresh.names == again.names
        for one, other in zip(fresh[:3], again[:3], strict=True):
            assert one.tobytes() == other.tobytes()


def test_bodies_keep_number_and_colour_of_the_cast_when_others_leave():
    scene, view = yard(count=0), Eye(5.0, 20.0, 1.6, 0.0, width=64, height=64)
    painter = Painter(scene, cast=("ann", "ben"))
    ben = BodyAt("ben", 8.0, 20.0, 0.0, 0.0)
    both, alone = (
        painter.picture(view, Frame(0.0, bodies)) for bodies in ((BodyAt("ann", 2.0, 9.0, 0.0, 0.0), ben), (ben,))
    )
    assert both.rgb.tobytes() == alone.rgb.tobytes()
    assert both.instances.tobytes() == alone.instances.tobytes()


def test_plain_python_draws_the_same_bytes_as_compiled_loops():
    program = (
        "import sys, hashlib; blocked = sys.argv[1] == 'plain'\n"
        "if blocked: sys.modules['numba'] = None\n"
        "from pictures import moment, yard\n"
        "from coterie.environments.virtual.pictures.lens import Bird, Eye\n"
        "from coterie.environments.virtual.pictures.render import Painter\n"
        "painter = Painter(yard(6)); out = hashlib.sha256()\n"
        "for view in (Eye(15.0, 15.0, 1.6, 77.0, -10.0, 90.0, 48, 36), Bird(15.0, 15.0, 30.0, width=40, height=30)):\n"
        "    for part in painter.picture(view, moment(6))[:3]: out.update(part.tobytes())\n"
        "print(out.hexdigest())\n"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program, how], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
        ).stdout
        for how in ("plain", "compiled")
    ]
    assert told[0] == told[1]
    assert len(told[0]) == 65


def test_looking_up_shifts_the_picture_and_keeps_upright_edges_upright():
    scene = Scene((Solid("tower", box(10, -1, 12, 1), 0, 30),), (Floor(box(-50, -50, 50, 50), 0.0),), ())
    painter = Painter(scene)
    level, up = (painter.picture(Eye(0, 0, 1.6, 0.0, pitch, 90.0, 100, 100)) for pitch in (0.0, 45.0))
    tower = up.instances == up.names.index("tower")
    wide = tower.sum(axis=1)
    assert set(wide[wide > 0]) == {10}
    # 45 degrees is half the height of the picture here.
    assert (level.instances[:50] == up.instances[50:100]).all()


@pytest.mark.parametrize("view", [*EYES, *BIRDS])
def test_a_point_falls_where_it_is_drawn(view):
    scene = yard(1)
    picture, through = Painter(scene).picture(view), lens(view)
    start, way = rays(view)
    for row, column in ((30, 20), (40, 50), (25, 33)):
        if np.isfinite(picture.depth[row, column]):
            point = start[row, column] + way[row, column] * float(picture.depth[row, column])
            found = project(through, *point)
            assert found == pytest.approx((column + 0.5, row + 0.5, picture.depth[row, column]), abs=1e-3)


def test_shadows_fall_away_from_the_sun_and_move_with_bodies():
    flat = Scene((Solid("tower", box(10, 10, 12, 12), 0, 6),), (Floor(box(0, 0, 30, 30), 0.0, kind="concrete"),), ())
    painter, view = Painter(flat), Bird(15.0, 15.0, 30.0, steep=85.0, width=240, height=240)
    picture = painter.picture(view, Frame(0.0, (BodyAt("ann", 20.5, 5.0, 0.0, 0.0),)))

    def bright(x, y):
        column, row, _ = project(lens(view), x, y, 0.0)
        return int(picture.rgb[int(row), int(column)].sum())

    assert bright(14.0, 13.5) < bright(8.0, 8.0) - 60
    assert bright(21.4, 5.75) < bright(19.5, 5.0) - 60


def test_smooth_colours_are_means_and_keep_the_size():
    painter = Painter(yard(2))
    view = EYES[0]
    coarse, fine = painter.picture(view), painter.picture(view, smooth=3)
    assert fine.rgb.shape == coarse.rgb.shape
    assert (fine.depth == coarse.depth).mean() > 0.999
    assert np.abs(fine.rgb.astype(int) - coarse.rgb).mean() < 8


@pytest.mark.parametrize(
    "view",
    [
        Eye(float("nan"), 0, 0),
        Eye(0, 0, 0, width=0),
        Eye(0, 0, 0, view=180.0),
        Bird(0, 0, 0.0),
        Bird(0, 0, 9.0, steep=89.0),
    ],
)
def test_a_view_that_is_none_is_refused(view):
    with pytest.raises(ValueError, match="expected"):
        lens(view)


def test_an_empty_world_is_all_sky():
    picture = Painter(Scene((), (), (Place("void", "park", box(0, 0, 1, 1)),))).picture(Eye(0, 0, 0))
    assert np.isinf(picture.depth).all()
    assert (picture.instances == 0).all()
