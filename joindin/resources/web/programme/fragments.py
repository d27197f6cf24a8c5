"""Parts of pages that depend on the programme alone, cached by its version.

A star, a rating or a comment does not move the version, so the part is not rendered again. Nothing is ever invalidated:
parts of old versions are evicted unused.
"""

from collections.abc import Callable, Hashable
from typing import NamedTuple

from flask import current_app, render_template
from markupsafe import Markup

from joindin.extensions import reader
from joindin.http.pages.languages import page_clock, page_language, set_page_language
from joindin.models import Event
from joindin.queries.event_contents import EventContents, load_event_contents
from joindin.queries.programme.event_programme import load_programme


class Fragment(NamedTuple):
    """``style`` is the text of the page's ``style`` element; empty without one."""

    html: Markup
    style: str
    contents: EventContents


def cached_fragment(
    event: Event, name: str, look: Hashable, build: Callable[..., tuple[str, dict]], *, is_cached: bool = True
) -> Fragment:
    """Return a part of a page in the visitor's language: no statement if it is cached.

    ``build(programme)`` returns the name of the template and its variables, of which ``style`` is the style of the page.
    ``look`` has every input besides the programme, the language and the clock.
    """
    set_page_language()
    cache = current_app.extensions["fragment_cache"]
    key = ("programme", name, event.id, event.programme_version, event.is_visible, page_language(), page_clock(), look)
    fragment = cache.get(key) if is_cached else None
    if fragment is None:
        contents = load_event_contents(reader(), event.id)
        template, variables = build(load_programme(reader(), event.id))
        html = render_template(template, event=event, contents=contents, **variables)
        # The template has escaped the texts.
        fragment = Fragment(Markup(html), variables.get("style", ""), contents)  # noqa: S704
        if is_cached:
            # Python stores a text with one to four bytes a character; a fragment has few other characters.
            cache.put(key, fragment, 2 * len(html) + len(fragment.style))
    return fragment
