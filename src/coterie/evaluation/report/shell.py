"""What every page of ours is made in: the document with its style, sections, and numbers to take along."""

import base64
from collections.abc import Callable
from importlib.resources import files

from coterie.evaluation.report.markup import Content, Markup, tag

KINDS = {"csv": "text/csv", "latex": "text/x-tex", "md": "text/markdown", "json": "application/json"}
ENDINGS = {"latex": "tex"}


def document(title: str, main: Markup) -> str:
    """A whole page: one file that needs nothing else."""
    style = Markup(files(__package__).joinpath("page.css").read_text(encoding="utf-8"))
    meta = [
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        # Even a fault in the escaping could neither run a script nor call out.
        tag("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'"),
    ]
    head = tag("head", *meta, tag("title", title), tag("style", style))
    return "<!doctype html>\n" + tag("html", head, tag("body", main), lang="en")


def section(title: str, lead: str, *content: Content) -> Markup:
    """A part of a page under its title."""
    return tag("section", tag("h2", title), tag("p", lead, class_="lead") if lead else None, *content)


def downloads(name: str, written: Callable[[str], str]) -> Markup | None:
    """All numbers as files, inside the page; None where there are none.

    Args:
        name: what the files are called.
        written: from a format of `coterie.evaluation.export` to the file's content.
    """
    links = []
    for kind, media in KINDS.items():
        if not (content := written(kind).encode()):
            return None
        file = f"{name}.{ENDINGS.get(kind, kind)}"
        link = f"data:{media};charset=utf-8;base64,{base64.b64encode(content).decode()}"
        links.append(tag("a", file, href=link, download=file))
    lead = "Every number of this page: in CSV and JSON as computed, in LaTeX and Markdown to four digits."
    return section("Take the numbers with you", lead, tag("p", *links, class_="files"))
