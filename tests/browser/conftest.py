"""One browser for all pages."""

import pytest
from chromium import PROGRAM, Chromium


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    if PROGRAM is None:
        pytest.skip("no Chromium or Chrome on this machine; pages are looked at in one")
    browser = Chromium(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def show(chromium, tmp_path_factory):
    """Opens a page of a replay, from its text, once it is ready."""

    def opened(page, address="", width=640, height=480):
        place = tmp_path_factory.mktemp("page") / "replay.html"
        place.write_text(page, encoding="utf-8")
        return chromium.open(place.as_uri() + address, width, height).until("window.replay && replay.ready")

    return opened
