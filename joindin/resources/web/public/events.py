"""The page of an event, and redirects from its older URLs."""

from flask import redirect

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.queries.comment_records import load_event_comment_records
from joindin.queries.comments import list_event_comments
from joindin.queries.events import find_event, find_event_by_slug, find_event_by_stub
from joindin.queries.keyed_lists import load_in_order
from joindin.queries.talk_records import load_talk_records
from joindin.queries.talks import list_event_talks
from joindin.resources.web.public.pages import (
    UNPAGED,
    blp,
    on_canonical_host,
    printable_or_not_found,
    public_page,
    redirect_links,
    website_links,
)


@blp.get("/event/view/<row_id:event_id>")
def redirect_event_id(event_id):
    event, _ = find_event(db.session, event_id, None)
    return _redirect_to_page(event)


@blp.get("/e/<rest:stub>")
def redirect_event_stub(stub):
    return _redirect_to_page(find_event_by_stub(db.session, printable_or_not_found(stub)))


@blp.get("/event/<rest:slug>")
@on_canonical_host
def event_page(slug):
    event = find_event_by_slug(db.session, printable_or_not_found(slug))
    return public_page(
        "web/event.html",
        website_links().event_page(event.slug),
        event=event,
        talks=load_in_order(reader(), list_event_talks(reader(), event.id, UNPAGED), load_talk_records),
        comments=load_in_order(reader(), list_event_comments(reader(), event.id, UNPAGED), load_event_comment_records),
    )


def _redirect_to_page(event):
    if not event.slug:
        raise NotFound("Event not found")
    return redirect(redirect_links().event_page(event.slug), 301)
