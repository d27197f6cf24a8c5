"""Markdown of the documentation: docstrings, descriptions and the introduction."""

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

_renderer = MarkdownIt("commonmark", {"html": False}).enable("table")


def _render_code(renderer, tokens, index, options, env):
    """Render a code block that can be scrolled by keyboard: lines may be wider than a phone."""
    return f'<pre tabindex="0" role="region" aria-label="Example {index}"><code>{escape(tokens[index].content)}</code></pre>\n'


_renderer.add_render_rule("fence", _render_code)
_renderer.add_render_rule("code_block", _render_code)


def render_markdown(text: str) -> Markup:
    return Markup(_renderer.render(text))  # noqa: S704 - the renderer escapes, and the text is our own


def render_inline(text: str) -> Markup:
    """Render without an enclosing paragraph."""
    return Markup(_renderer.renderInline(text))  # noqa: S704 - as above
