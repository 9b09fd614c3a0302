"""Lets two pages of the site be files of the repository's root, with their links bent to where the site has them."""

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SOURCES = {"index.md": "README.md", "contributing.md": "CONTRIBUTING.md"}


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Replaces the text of those pages."""
    source = SOURCES.get(page.file.src_uri)
    if source is None:
        return markdown
    text = (ROOT / source).read_text(encoding="utf-8")
    text = (
        text.replace("](docs/", "](").replace("](CONTRIBUTING.md", "](contributing.md").replace("](README", "](index")
    )
    # What is not part of the site (the licence, the examples' sources) is named, not linked.
    return re.sub(r"\[([^\]]+)\]\((?:LICENSE|CHANGELOG\.md|examples/?|recipes/[\w.]*|tests/[\w/.]*)\)", r"\1", text)
