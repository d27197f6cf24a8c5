"""Our own words, marked up: docstrings, descriptions and the introduction."""

from markdown_it import MarkdownIt
from markupsafe import Markup

_renderer = MarkdownIt("commonmark", {"html": False}).enable("table")


def as_html(text: str) -> Markup:
    return Markup(_renderer.render(text))  # noqa: S704 - the renderer escapes, and the words are ours


def as_line(text: str) -> Markup:
    """Without a paragraph around it."""
    return Markup(_renderer.renderInline(text))  # noqa: S704 - as above
