"""Decorator of pages below the canonical address of a talk."""

from collections.abc import Callable
from functools import wraps

from flask import Response, redirect, request

from joindin.errors import NotFound
from joindin.extensions import db
from joindin.http.sessions import session_user
from joindin.models import Event
from joindin.queries.talk_previews import find_talk_by_slug_or_preview, find_talk_by_stub_or_preview
from joindin.queries.talks import find_talk_by_slug, find_talk_by_stub
from joindin.queries.web.former_slugs import find_talk_of_former_slug, get_former_talk_slug
from joindin.representations.links import talk_path
from joindin.resources.web.public.event_frame import with_event, with_event_or_preview
from joindin.resources.web.public.pages import (
    on_canonical_host,
    printable_or_not_found,
    redirect_links,
    redirect_moved,
    requested_rest,
)


def with_talk(view: Callable) -> Callable:
    """Decorate a view below ``/event/<slug>/<talk_slug>/``: call it with ``event`` and ``talk``, which is visible.

    A former slug of the talk redirects to the same page. A view may have a route below ``/talk/<stub>/`` too, where the pages of
    talks are whose slug is missing or reserved. Those of other talks redirect to the canonical address.
    """

    return _decorate(view, with_event, find_talk_by_slug, find_talk_by_stub)


def with_talk_or_preview(view: Callable) -> Callable:
    """As :func:`with_talk`, for a page of those who may edit the talk: also of a hidden talk, and of an event that is not public."""

    def find_by_slug(session, event_id, slug):
        return find_talk_by_slug_or_preview(session, event_id, slug, session_user())

    def find_by_stub(session, stub):
        return find_talk_by_stub_or_preview(session, stub, session_user())

    return _decorate(view, with_event_or_preview, find_by_slug, find_by_stub)


def _decorate(view, with_event_of_talk, find_slug, find_stub):
    @with_event_of_talk
    def find_by_slug(event, talk_slug, **kwargs):
        slug = printable_or_not_found(talk_slug)
        try:
            talk = find_slug(db.session, event.id, slug)
        except NotFound:
            return _redirect_to_current_slug(event, slug)
        return view(event=event, talk=talk, **kwargs)

    @on_canonical_host
    def find_by_stub(stub, **kwargs):
        talk = find_stub(db.session, printable_or_not_found(stub))
        path = talk_path(talk.event, talk)
        if request.method in ("GET", "HEAD") and path != f"/talk/{talk.stub}":
            return redirect(f"{path}{requested_rest(f'/talk/{stub}')}", 302)
        return view(event=talk.event, talk=talk, **kwargs)

    @wraps(view)
    def found(**kwargs):
        return find_by_stub(**kwargs) if "stub" in kwargs else find_by_slug(**kwargs)

    return found


def _redirect_to_current_slug(event: Event, slug: str) -> Response:
    """:raises NotFound: if no talk that is still there had that slug."""
    former = get_former_talk_slug(db.session, event.id, slug)
    if former is None or former.removed_at is not None:
        raise NotFound("Talk not found")
    talk = find_talk_of_former_slug(db.session, former, session_user())
    rest = requested_rest(f"/event/{event.slug}/{slug}")
    return redirect_moved(f"{redirect_links().canonical_talk_page(event, talk)}{rest}")
