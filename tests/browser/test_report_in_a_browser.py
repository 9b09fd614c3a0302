"""Report, comparison and suite pages in a real browser, headless: they load cleanly and fit a phone."""

import re

import pytest
from typer.testing import CliRunner

from coterie.cli import app

MEASURING = """({
  wide: document.documentElement.scrollWidth - innerWidth,
  sections: document.querySelectorAll("section").length,
  broken: [...document.querySelectorAll("a[href^='#']")].filter((a) => !document.querySelector(a.hash)).length,
  covered: [...document.querySelectorAll(".row .label")].filter((label) => !label.getBoundingClientRect().width).length,
})"""
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The three kinds of pages, as the commands write them."""
    place = tmp_path_factory.mktemp("pages")

    def run(*words):
        result = CliRunner().invoke(app, list(words))
        assert result.exit_code == 0, result.output

    for name, who in (("a", "expert"), ("b", "random")):
        run("evaluate", "suite:quick", "--seat", f"*={who}", "--out", str(place / name))
    probes = ("--probe", "talk", "--probe", "listening", "--probe", "contagion", "--probe", "tracer_durability")
    run("evaluate", "study_group", "--episodes", "12", *probes, "--out", str(place / "run"))
    judges = ("--judge", "random", "--judge", "random", "--rubric", "planning")
    run("measure", str(place / "run/episodes"), "--metrics", "success", *judges)
    run("report", str(place / "run"))
    run("report", str(place / "a"))
    run("compare", str(place / "a"), str(place / "b"), "--out", str(place / "difference.html"))
    return {"run": place / "run/report.html", "suite": place / "a/report.html", "compared": place / "difference.html"}


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("kind", ["run", "suite", "compared"])
def test_a_page_fits_the_screen_and_all_its_links_lead_somewhere(pages, chromium, kind, width):
    assert POLICY.search(pages[kind].read_text(encoding="utf-8")), "no page may run a script"
    tab = chromium.open(pages[kind].as_uri(), width, 900).until("document.readyState === 'complete'")
    told = tab.run(MEASURING)
    assert told["wide"] <= 0, "nothing sticks out"
    assert told["broken"] == 0
    assert told["covered"] == 0, "every bar says what it is"
    assert told["sections"] >= 2
    assert tab.complaints() == []
    assert len(tab.requests()) == 1, "nothing is fetched"
    tab.close()
