"""Settings of all tests."""

from importlib import metadata

import pytest
from hypothesis import HealthCheck, settings

# A busy machine makes generation slow without anything being wrong.
settings.register_profile("coterie", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("coterie")


def pytest_addoption(parser):
    parser.addoption("--no-skips", action="store_true", help="a test that is skipped fails: all it needs must be there")
    parser.addoption("--peer", metavar="PACKAGE", help="run only the tests that need this package")


def pytest_configure(config):
    config.addinivalue_line("markers", "peer(package): needs a package that has an environment of its own")


def pytest_collection_modifyitems(config, items):
    if peer := config.getoption("--peer"):
        others = [item for item in items if not any(mark.args == (peer,) for mark in item.iter_markers("peer"))]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]


def pytest_runtest_setup(item):
    for mark in item.iter_markers("peer"):
        (package,) = mark.args
        try:
            metadata.version(package)
        except metadata.PackageNotFoundError:
            pytest.skip(f"{package} is not installed here; `make test-peers` runs this in an environment of its own")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.skipped and item.config.getoption("--no-skips"):
        report.outcome, report.longrepr = "failed", f"skipped in spite of --no-skips: {report.longrepr}"
    return report


@pytest.fixture
def one_thread():
    """Torch on one thread: what small models compute gains nothing from more, and tests beside it lose."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """One browser for all pages."""
    from chromium import PROGRAM, Chromium  # beside the tests that look at pages

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
