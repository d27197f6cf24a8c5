"""Rendering of mail bodies as text and HTML from one Markdown template.

A template ``<kind>.<language>.md`` replaces ``<kind>.md`` for mails in that language.

Values from users are inserted as data. In the text they appear unchanged. In the HTML every character with a meaning in Markdown is
escaped, so that a name never becomes a link. A value cannot start a line, unless the template quotes it with ``>``.
"""

import re
from dataclasses import dataclass
from functools import lru_cache, partial
from types import SimpleNamespace
from urllib.parse import quote, urlencode

import nh3
from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt

from joindin.models import TOPIC_BY_MAIL_KIND, TOPICS
from joindin.representations.links import event_path
from joindin.utils.text import strip_control_chars

ALLOWED_TAGS = {"a", "blockquote", "br", "p"}
ENGLISH = "en"
MARKDOWN_CHARACTERS = re.compile(r"([!-/:-@\[-`{-~])")
HTML_PAGE = '<!doctype html>\n<html lang="{language}">\n<body>\n{body}</body>\n</html>\n'


class _Escaped(str):
    """Text that is inserted into the template unchanged."""


@dataclass(frozen=True)
class MailSite:
    """The site that sends a mail: its name, its addresses, and where its readers may write to."""

    name: str
    website_url: str
    public_url: str
    contact: str
    twitter: str | None = None


def render_text(kind: str, context: dict, site: MailSite, unsubscribe_url: str | None = None) -> str:
    return _fill(str, kind, context, site, unsubscribe_url)


def render_html(kind: str, context: dict, site: MailSite, unsubscribe_url: str | None = None) -> str:
    html = MarkdownIt("commonmark", {"html": False, "breaks": True}).render(
        _fill(_escape, kind, context, site, unsubscribe_url)
    )
    body = nh3.clean(html, tags=ALLOWED_TAGS, url_schemes={"http", "https", "mailto"})
    return HTML_PAGE.format(language=context.get("language", ENGLISH), body=body)


def single_line(text: str) -> str:
    """Replace line breaks and control characters, which could start another header or line."""
    return " ".join(strip_control_chars(text).split())


def _fill(escape, kind, context, site, unsubscribe_url):
    variables = {
        "page": partial(_page, site.website_url),
        "event_page": partial(_event_page, site.website_url),
        "public_page": partial(_page, site.public_url),
        "account_page": partial(_page, f"{site.public_url}/accounts"),
        "site": site.name,
        "contact_address": _Escaped(site.contact),
        "twitter": site.twitter,
    }
    parts = [kind, "_signature"]
    if unsubscribe_url is not None:
        parts.insert(1, "_unsubscribe")
        variables |= {
            "unsubscribe_url": _Escaped(unsubscribe_url),
            "about": _Escaped(context.get("about") or TOPICS[TOPIC_BY_MAIL_KIND[kind]].about),
        }
    templates, language = _templates(escape), context.get("language", ENGLISH)
    return "\n".join(
        templates.select_template([f"{part}.{language}.md", f"{part}.md"]).render(context, **variables)
        for part in parts
    )


@lru_cache
def _templates(escape):
    """Return the template environment in which every value passes through ``escape``."""
    templates = Environment(  # noqa: S701 - the result is Markdown, not HTML
        loader=PackageLoader("joindin", "templates/mail"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        finalize=lambda value: value if isinstance(value, _Escaped) else escape(_line(value)),
    )
    templates.filters["quoted"] = partial(_quoted, escape)
    return templates


def _line(value):
    return "" if value is None else single_line(str(value))


def _quoted(escape, text):
    """Quote a text of several lines, line by line."""
    lines = strip_control_chars(text or "").strip().splitlines()
    return _Escaped("\n".join(f"> {escape(line.strip())}".rstrip() for line in lines) or ">")


def _page(website, *path, **query):
    """Return the URL of a page of the web site."""
    address = "/".join([website, *(quote(part, safe="") for part in path)])
    return _Escaped(f"{address}?{urlencode(query)}" if query else address)


def _event_page(website, slug, event_id, **query):
    """Return the URL of the page of an event. Mails that an older version stored have no id."""
    if event_id is None:
        return _page(website, "event", slug, **query)
    return _page(website + event_path(SimpleNamespace(id=event_id, slug=quote(slug, safe=""))), **query)


def _escape(text):
    return MARKDOWN_CHARACTERS.sub(r"\\\1", text)
