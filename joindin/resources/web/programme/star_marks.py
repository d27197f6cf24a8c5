"""Buttons of stars in cached parts of pages.

A cached part is the same for everyone, but the buttons of a user show their stars. The part therefore has a mark for each
talk, and the page replaces it with the button.
"""

import html
import re
from collections.abc import Container
from typing import NamedTuple

from flask import current_app
from markupsafe import Markup

# Titles are escaped in the mark, so that it ends where it should.
_MARK = re.compile(r"<!--star (\d+) (\w+) ([^>]*)-->")


class _Talk(NamedTuple):
    id: int
    stub: str
    title: str


def star_mark(talk) -> Markup:
    """Return the mark at which the button of a talk is put."""
    title = html.escape(talk.title).replace("-", "&#45;")
    return Markup(f"<!--star {talk.id} {talk.stub} {title}-->")  # noqa: S704


def with_star_buttons(text: str, starred_ids: Container[int]) -> Markup:
    """Replace the marks with the buttons of the caller; ``starred_ids`` are the talks that they starred."""
    star_button = current_app.jinja_env.get_template("web/_stars.html").module.star_button

    def button(match):
        talk = _Talk(int(match[1]), match[2], html.unescape(match[3]))
        return f"<div>{star_button(talk, starred_ids)}</div>"

    return Markup(_MARK.sub(button, str(text)))  # noqa: S704
