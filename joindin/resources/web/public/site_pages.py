"""Texts of the operator: ``/about``, ``/privacy`` and ``/p/<slug>``.

A text is a Markdown file in ``pages/`` of the instance folder: ``about.de.md`` in German, ``about.en.md`` or ``about.md``
otherwise. Without one, the page of the database with that slug is shown, and at last the text that comes with the server.
"""

import re
from pathlib import Path

from flask import current_app
from markdown_it import MarkdownIt
from markupsafe import Markup

from joindin.errors import NotFound
from joindin.extensions import db
from joindin.http.pages.languages import page_language, set_page_language
from joindin.queries.agenda.site_texts import find_site_page
from joindin.resources.web.public.event_lists import MAX_AGE
from joindin.resources.web.public.pages import blp, on_canonical_host, public_page, website_links
from joindin.utils.datetimes import utc_now
from joindin.utils.html import sanitize_html
from joindin.viewer import Viewer

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,80}")
TITLE = re.compile(r"\A\s*# +(?P<title>[^\n]+)\n?")
MAX_TEXT_LENGTH = 1_000_000
SHIPPED_FOLDER = Path(__file__).parents[3] / "templates" / "pages"

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@blp.get("/about")
@on_canonical_host
def about_page():
    return _page("about", "/about")


@blp.get("/privacy")
@on_canonical_host
def privacy_page():
    return _page("privacy", "/privacy")


@blp.get("/p/<slug>")
@on_canonical_host
def site_page(slug):
    if not SLUG.fullmatch(slug):
        raise NotFound("Page not found")
    return _page(slug, f"/p/{slug}")


def read_site_text(slug: str) -> tuple[str, Markup]:
    """Return title and HTML of a text in the language of the page; :raises NotFound: if there is none."""
    folder = Path(current_app.config["INSTANCE"]) / "pages"
    if (text := _read_file(folder, slug)) is not None:
        return _render(slug, text)
    try:
        page = find_site_page(db.session, slug, Viewer(None))
    except NotFound:
        if (text := _read_file(SHIPPED_FOLDER, slug)) is None:
            raise
        return _render(slug, text)
    return page.title, Markup(sanitize_html(page.content))  # noqa: S704 - sanitised


def _page(slug, path):
    set_page_language()
    title, html = read_site_text(slug)
    # A file changes without a write to the database.
    return public_page(
        "web/site_page.html",
        f"{website_links().website}{path}",
        expires_at=utc_now() + MAX_AGE,
        title=title,
        html=html,
    )


def _read_file(folder, slug):
    for name in (f"{slug}.{page_language()}.md", f"{slug}.md", f"{slug}.en.md"):
        try:
            with (folder / name).open(encoding="utf-8", errors="replace") as file:
                return file.read(MAX_TEXT_LENGTH)
        except OSError:
            continue
    return None


def _render(slug, text):
    """Return title and HTML. The title is the first heading of level 1; the renderer escapes HTML."""
    heading = TITLE.match(text)
    title = heading["title"].strip() if heading else slug
    return title, Markup(_markdown.render(text[heading.end() :] if heading else text))  # noqa: S704
