"""The page of a replay in a real browser, headless: it loads cleanly, draws, and moves in time."""

import json
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

from coterie.agents import Expert
from coterie.core import Action, Utterance
from coterie.evaluation.replay import play_again, replay_page
from coterie.rollout import play

sys.path.insert(0, str(Path(__file__).parents[1] / "virtual"))
from handing_over import HandingOver

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SWITCHES = [
    *("--headless", "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-quic", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
    *("--enable-logging=stderr", "--virtual-time-budget=8000", "--dump-dom"),
]
ATTACK = "<script>window.broken = 1</script><img src=x onerror='window.broken=1'>"
BEFORE = """<script>
window.told = {errors: []};
addEventListener("error", (event) => told.errors.push(event.message));
addEventListener("unhandledrejection", (event) => told.errors.push(String(event.reason)));
console.error = (...parts) => told.errors.push(parts.join(" "));
console.warn = (...parts) => told.errors.push(parts.join(" "));
</script>"""
AFTER = """<script>
const shades = () => {
  replay.draw();
  const gl = replay.renderer.getContext();
  const [width, height] = [gl.drawingBufferWidth, gl.drawingBufferHeight];
  const bytes = new Uint8Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  const found = new Set();
  for (let at = 0; at < bytes.length; at += 4) found.add(bytes[at] << 16 | bytes[at + 1] << 8 | bytes[at + 2]);
  return found.size;
};
const wait = setInterval(() => {
  if (!window.replay.ready) return;
  clearInterval(wait);
  const at = (time) => { replay.seek(time); return replay.body("ann"); };
  Object.assign(told, {seconds: replay.seconds, begin: at(0), middle: at(replay.seconds / 2), end: at(replay.seconds)});
  told.clock = document.querySelector(".clock").textContent;
  replay.seek(replay.episode.speech[0][0] + 0.3);
  told.shades = shades();
  told.bubble = document.querySelector(".bubble:not([hidden])")?.textContent ?? "";
  replay.seek(0);
  told.saw = document.querySelector(".row.saw .value").textContent;
  replay.view("ann", true);
  told.eyes = shades();
  replay.view("", false);
  replay.play();
  told.playing = replay.playing;
  told.goals = [...document.querySelectorAll(".goal")].length;
  told.lanes = [...document.querySelectorAll(".bar")].length;
  told.wide = document.documentElement.scrollWidth - innerWidth;
  told.broken = Boolean(window.broken);
  const out = document.createElement("pre");
  out.id = "told";
  out.textContent = JSON.stringify(told);
  document.body.append(out);
}, 50);
</script>"""


class Speaking(HandingOver):
    """The same, but ann says something that is no good for a page."""

    def expert(self, agent, seed=0):
        script, said = super().expert(agent, seed), []

        def act(seen):
            action = script(seen)
            if agent == "ann" and not said:
                said.append(1)
                return Action(action.move, (Utterance(ATTACK),))
            return action

        return act


@pytest.fixture(scope="module")
def record():
    return play(Speaking, {"ann": Expert(), "bob": Expert()}, 3)


@pytest.fixture(scope="module")
def page(record):
    return replay_page(play_again(record, world="test_replay:Speaking"))


def opened(page, folder, width, height):
    """What the page tells of itself after some seconds in a browser."""
    if CHROMIUM is None:
        pytest.skip("no Chromium or Chrome on this machine; the page is looked at in one")
    head, body = page.split("<body>")
    place = folder / "replay.html"
    place.write_text(f"{head}<body>{BEFORE}{body.replace('</body>', AFTER + '</body>')}", encoding="utf-8")
    command = [CHROMIUM, *SWITCHES, f"--user-data-dir={folder / 'profile'}", f"--window-size={width},{height}"]
    done = subprocess.run([*command, place.as_uri()], capture_output=True, text=True, timeout=240, check=False)
    found = re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, f"the page did not come up: {done.stderr[-2000:]}"
    spoken = [line for line in done.stderr.splitlines() if ":CONSOLE:" in line]
    return json.loads(unescape(found[1])), spoken


@pytest.fixture(scope="module")
def desk(page, tmp_path_factory):
    return opened(page, tmp_path_factory.mktemp("desk"), 1280, 800)


def test_the_page_loads_draws_and_moves(desk, record):
    told, spoken = desk
    assert told["errors"] == []
    assert spoken == []
    assert told["seconds"] == record.outcome["steps"]
    assert (round(told["begin"]["x"], 1), round(told["begin"]["y"], 1)) == (4.0, 3.0)
    assert told["end"]["x"] > 12.0  # ann ends beside bob, behind the gate
    assert told["begin"]["x"] != told["middle"]["x"] != told["end"]["x"]
    assert told["shades"] > 200  # a canvas that stayed blank has one
    assert told["eyes"] > 50
    assert told["playing"]
    assert told["goals"] == 2
    assert told["lanes"] == len(record.turns)
    assert "bring the red key to bob" in told["saw"]


def test_what_agents_say_is_text_and_never_markup(desk, page):
    told, _ = desk
    assert ATTACK in told["bubble"]
    assert not told["broken"]
    assert ATTACK not in page


def test_it_fits_a_phone(page, tmp_path):
    told, _ = opened(page, tmp_path, 500, 900)
    assert told["wide"] <= 0
    assert told["shades"] > 200


def test_nothing_is_fetched(page):
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    assert not re.search(r"""\bimport\s*\(?["']""", page)
