"""Components of the web site in all their states: no violations of axe, no errors of the validator, and no horizontal scrolling."""

from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from flask import render_template

from joindin.extensions import db
from tests.browser.gallery.components import gallery_pages
from tests.browser.gallery.rows import make_rows
from tests.browser.page_driver import DESKTOP, NARROW, PHONE

TABLET = {"width": 768, "height": 1024}
SIZES = {"narrow": NARROW, "phone": PHONE, "tablet": TABLET, "desktop": DESKTOP}
LOOKS = [(size, screen, scheme) for scheme in ("light", "dark") for size, screen in SIZES.items()]
TEMPLATES = Path(__file__).parent / "templates"

# Components that are whole pages of the server.
SCHEDULE = "/event/running/schedule"
SCHEDULES = (
    SCHEDULE, f"{SCHEDULE}?view=list", f"{SCHEDULE}?q=nothing&zone=Asia/Tokyo", "/event/bare/schedule",
)  # fmt: skip


@pytest.fixture
def rows(session):
    make_rows(session)


@pytest.fixture
def pages(app, rows, server):
    """The HTML of the pages by name."""
    with app.test_request_context("/gallery", base_url=server.url):
        return {
            name: render_template(app.jinja_env.from_string((TEMPLATES / f"{template}.html").read_text()), **variables)
            for name, template, variables in gallery_pages(db.session)
        }


def test_components_are_accessible_valid_and_whole(visitor, pages):
    def show(route):
        name = unquote(route.request.url.rpartition("/")[2])
        route.fulfill(body=pages[name], content_type="text/html; charset=utf-8")

    visitor.page.route("**/gallery/*", show)
    for name in pages:
        visitor.visit(f"/gallery/{quote(name)}")
        visitor.check_page(f"gallery {name}", LOOKS)


def test_schedules_are_accessible_valid_and_whole(visitor, rows):
    for path in SCHEDULES:
        visitor.visit(path)
        visitor.check_page(f"gallery {path}", LOOKS)
