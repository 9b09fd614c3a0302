"""Report, comparison and suite pages in a real browser, headless: they load cleanly and fit a phone."""

import json
import re
import shutil
import subprocess
from html import unescape

import pytest
from typer.testing import CliRunner

from coterie.cli import app

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SWITCHES = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--virtual-time-budget=2000", "--dump-dom"]
MEASURING = """<script>
const out = document.createElement("pre");
out.id = "told";
out.textContent = JSON.stringify({
  wide: document.documentElement.scrollWidth - innerWidth,
  sections: document.querySelectorAll("section").length,
  broken: [...document.querySelectorAll("a[href^='#']")].filter((a) => !document.querySelector(a.hash)).length,
  covered: [...document.querySelectorAll(".row .label")].filter((label) => !label.getBoundingClientRect().width).length,
});
document.body.append(out);
</script>"""
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
    run("report", str(place / "run"))
    run("report", str(place / "a"))
    run("compare", str(place / "a"), str(place / "b"), "--out", str(place / "difference.html"))
    return {"run": place / "run/report.html", "suite": place / "a/report.html", "compared": place / "difference.html"}


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.parametrize("width", [500, 1200])
@pytest.mark.parametrize("kind", ["run", "suite", "compared"])
def test_a_page_fits_the_screen_and_all_its_links_lead_somewhere(pages, tmp_path, kind, width):
    text = pages[kind].read_text(encoding="utf-8")
    assert POLICY.search(text), "no page may run a script"
    probed = tmp_path / "page.html"
    probed.write_text(POLICY.sub("", text).replace("</body>", MEASURING + "</body>"), encoding="utf-8")
    switches = [*SWITCHES, f"--window-size={width},900", f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run([CHROMIUM, *switches, probed.as_uri()], capture_output=True, text=True, timeout=120)
    found = re.search(r'<pre id="told">(.*?)</pre>', done.stdout)
    assert found, done.stderr[-500:]
    told = json.loads(unescape(found.group(1)))
    assert told["wide"] <= 0, "nothing sticks out"
    assert told["broken"] == 0
    assert told["covered"] == 0, "every bar says what it is"
    assert told["sections"] >= 2
