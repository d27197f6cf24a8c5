"""Ratings and numbers of comments in cached parts of pages.

A rating or a comment renders no cached part again. The part has a mark for each talk, which the page replaces with what
the talk has at present. That is cached by its values.
"""

import re

from flask import current_app
from markupsafe import Markup

from joindin.http.pages.languages import page_language
from joindin.http.pages.template_formatting import mean_rating
from joindin.models import Event
from joindin.representations.links import talk_path

_MARK = re.compile(r"<!--feedback (\d+)-->")


def feedback_mark(talk) -> Markup:
    """Return the mark at which the feedback on a talk is put."""
    return Markup(f"<!--feedback {talk.id}-->")  # noqa: S704


def with_feedback(text: str, event: Event, talks: list) -> Markup:
    """Replace the marks with the feedback on ``talks``, rows of :func:`list_talk_feedback`. The other marks are removed."""
    parts = {str(talk.id): _feedback_html(talk, talk_path(event, talk)) for talk in talks}
    return Markup(_MARK.sub(lambda match: parts.get(match[1], ""), str(text)))  # noqa: S704


def _feedback_html(talk, path):
    cache = current_app.extensions["fragment_cache"]
    key = ("feedback on a talk", page_language(), path, tuple(talk))
    html = cache.get(key)
    if html is None:
        template = current_app.jinja_env.get_template("web/programme/_feedback.html")
        html = str(template.module.talk_feedback(talk, path, mean_rating))
        cache.put(key, html, 2 * len(html))
    return html
