"""Building HTML and SVG so that nothing is ever shown unescaped: text is escaped unless `tag` made it."""

import html


class Markup(str):
    """Text that is already HTML."""

    __slots__ = ()


Content = str | None | list["Content"] | tuple["Content", ...]
EMPTY = frozenset({"br", "circle", "line", "link", "meta", "path", "polygon", "polyline", "rect"})


def tag(name: str, /, *children: Content, **attributes: str | float | None) -> Markup:
    """Makes an element; children that are not Markup are escaped, attributes that are None are left out.

    An attribute's underscores become hyphens, so that `class_` and `text_anchor` can be written.

    >>> tag("p", "1 < 2", class_="note")
    '<p class="note">1 &lt; 2</p>'
    """
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in EMPTY:
        return Markup(f"<{name}{told}>" if name in ("br", "link", "meta") else f"<{name}{told}/>")
    return Markup(f"<{name}{told}>{join(children)}</{name}>")


def join(content: Content) -> Markup:
    """Escapes and joins what belongs into one element."""
    if content is None:
        return Markup("")
    if isinstance(content, Markup):
        return content
    if isinstance(content, str):
        return Markup(html.escape(content))
    return Markup("".join(map(join, content)))


def _attribute(value: str | float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else html.escape(str(value))
