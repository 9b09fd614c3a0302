"""The page: one file that needs nothing beside it, whichever browser opens it."""

import base64
import gzip
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

import msgspec

from coterie.evaluation.replay.played import Played
from coterie.evaluation.replay.setting import setting
from coterie.evaluation.replay.story import story

PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
<title>$title</title>
</head>
<body>
<noscript>This page shows an episode and needs JavaScript for it.</noscript>
<div id="replay"></div>
<script id="episode" type="text/plain">$data</script>
<script>$viewer</script>
</body>
</html>
""")
"""Nothing may be fetched: the page says so to the browser. `$data` is gzip in base64: no text can break out of it."""


def replay_page(played: Played) -> str:
    """The page of an episode: the scene from any side and through every agent's eyes, or what was said; and time."""
    scene = None if played.scene is None else setting(played.scene)
    data = msgspec.json.encode({"scene": scene, **story(played)})
    # The same episode gives the same page: no time of writing in it.
    packed = base64.b64encode(gzip.compress(data, 9, mtime=0)).decode()
    viewer = files(__package__).joinpath("viewer.js").read_text(encoding="utf-8")
    title = f"{played.episode.environment}, seed {played.episode.seed}"
    return PAGE.substitute(title=escape(title), data=packed, viewer=viewer.replace("</script", "<\\/script"))


def write_replay(played: Played, path: Path | str) -> Path:
    """Writes the page of an episode and returns where."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(replay_page(played), encoding="utf-8")
    return target
