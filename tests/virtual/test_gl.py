"""Pictures through the graphics library show the same world as those without it."""

import sys

import numpy as np
import pytest
from pictures import moment, yard

from coterie.environments.virtual.pictures import gl
from coterie.environments.virtual.pictures.lens import Bird, Eye
from coterie.environments.virtual.pictures.render import Painter

VIEWS = [
    Eye(15.0, 15.0, 1.6, 30.0, 0.0, 90.0, 160, 120),
    Eye(-5.0, -5.0, 12.0, 45.0, -35.0, 60.0, 160, 120),
    Bird(15.0, 15.0, 40.0, width=160, height=120),
    Bird(12.0, 9.0, 12.0, 0.0, 30.0, 80.0, 160, 120, cut=1.3),
]


@pytest.fixture(scope="module")
def painters():
    pytest.importorskip("moderngl")
    try:
        return gl.GlPainter(yard(1)), Painter(yard(1))
    except RuntimeError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("view", VIEWS)
def test_depth_agrees_within_three_centimetres_but_for_edges(painters, view):
    through_library, exact = (painter.picture(view, moment(1)) for painter in painters)
    both = np.isfinite(exact.depth) & np.isfinite(through_library.depth)
    assert (np.isfinite(exact.depth) == np.isfinite(through_library.depth)).mean() > 0.995
    assert (np.abs(exact.depth[both] - through_library.depth[both]) < 0.03).mean() > 0.99
    assert through_library.names == exact.names
    assert (exact.instances == through_library.instances).mean() > 0.99


def test_colours_are_alike(painters):
    through_library, exact = (painter.picture(VIEWS[0], moment(1)) for painter in painters)
    assert np.abs(exact.rgb.astype(int) - through_library.rgb).mean() < 20


def test_pictures_do_not_depend_on_those_before(painters):
    painter = painters[0]
    first = painter.picture(VIEWS[0], moment(1))
    painter.picture(VIEWS[2], moment(2))
    again = painter.picture(VIEWS[0], moment(1))
    assert all(one.tobytes() == other.tobytes() for one, other in zip(first[:3], again[:3], strict=True))


def test_a_missing_library_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "moderngl", None)
    with pytest.raises(ImportError, match=r"coterie\[gl\]"):
        gl.GlPainter(yard(1))


def test_a_machine_without_egl_is_told_so(monkeypatch):
    moderngl = pytest.importorskip("moderngl")

    def fails(**_):
        raise OSError("libEGL.so: cannot open shared object file")

    monkeypatch.setattr(moderngl, "create_standalone_context", fails)
    with pytest.raises(RuntimeError, match=r"no EGL .* libegl1"):
        gl.GlPainter(yard(1))
