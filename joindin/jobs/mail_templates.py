"""The words of a mail from one Markdown template: as text the way it is written, and as HTML.

What people wrote is data in both. In the text it stands as it is; in the HTML every character
that Markdown could read is escaped first, so a name never becomes a link. Nothing they wrote can
start a line of its own either, unless the template quotes it, and then the quote marks show.
"""

import re
from functools import lru_cache, partial
from urllib.parse import quote, urlencode

import nh3
from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt

from joindin.models import TOPIC_BY_MAIL_KIND, TOPICS
from joindin.utils.text import strip_control_chars

TAGS = {"a", "blockquote", "br", "p"}
MARKDOWN_MARK = re.compile(r"([!-/:-@\[-`{-~])")
PAGE = '<!doctype html>\n<html lang="en">\n<body>\n{}</body>\n</html>\n'


class _Ready(str):
    """Goes into the template as it is."""


def render_text(kind: str, facts: dict, website: str, public_url: str, stop: str | None = None) -> str:
    """``stop`` is the page that ends mails like this."""
    return _fill(str, kind, facts, website, public_url, stop)


def render_html(kind: str, facts: dict, website: str, public_url: str, stop: str | None = None) -> str:
    html = MarkdownIt("commonmark", {"html": False, "breaks": True}).render(
        _fill(_escape, kind, facts, website, public_url, stop)
    )
    return PAGE.format(nh3.clean(html, tags=TAGS, url_schemes={"http", "https", "mailto"}))


def single_line(text: str) -> str:
    """``text`` without line breaks: a header, or a line of a mail, ends where we end it."""
    return " ".join(strip_control_chars(text).split())


def _fill(write, kind, facts, website, public_url, stop):
    ours = {"page": partial(_page, website), "account_page": partial(_page, f"{public_url}/accounts")}
    parts = [kind, "_signature"]
    if stop is not None:
        parts.insert(1, "_unsubscribe")
        ours |= {"stop": _Ready(stop), "about": _Ready(TOPICS[TOPIC_BY_MAIL_KIND[kind]].about)}
    templates = _templates(write)
    return "\n".join(templates.get_template(f"{part}.md").render(facts, **ours) for part in parts)


@lru_cache
def _templates(write):
    """The templates with every value put through ``write``."""
    templates = Environment(  # noqa: S701 - what is made here is no HTML yet
        loader=PackageLoader("joindin", "templates/mail"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        finalize=lambda value: value if isinstance(value, _Ready) else write(_line(value)),
    )
    templates.filters["quoted"] = partial(_quoted, write)
    return templates


def _line(value):
    return "" if value is None else single_line(str(value))


def _quoted(write, text):
    """Somebody's text of several lines, marked as theirs line by line."""
    lines = strip_control_chars(text or "").strip().splitlines()
    return _Ready("\n".join(f"> {write(line.strip())}".rstrip() for line in lines) or ">")


def _page(website, *path, **query):
    """The address of a page of the web site."""
    address = "/".join([website, *(quote(part, safe="") for part in path)])
    return _Ready(f"{address}?{urlencode(query)}" if query else address)


def _escape(text):
    return MARKDOWN_MARK.sub(r"\\\1", text)
