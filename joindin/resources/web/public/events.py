"""An event's page, and the older addresses that lead to it."""

from flask import redirect

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.queries.comment_records import read_event_comments
from joindin.queries.comments import list_event_comments
from joindin.queries.events import find_event, find_event_by_slug, find_event_by_stub
from joindin.queries.keyed_lists import read_whole
from joindin.queries.paging import Paging
from joindin.queries.talk_records import read_talks
from joindin.queries.talks import list_event_talks
from joindin.resources.web.public.pages import at_home, blp, readable, show, website

EVERYTHING = Paging(size=0)


@blp.get("/event/view/<row_id:event_id>")
def send_to_event(event_id):
    event, _ = find_event(db.session, event_id, None)
    return _send_to_page(event)


@blp.get("/e/<rest:stub>")
def send_to_event_by_stub(stub):
    return _send_to_page(find_event_by_stub(db.session, readable(stub)))


@blp.get("/event/<rest:slug>")
@at_home
def show_event(slug):
    event = find_event_by_slug(db.session, readable(slug))
    return show(
        "web/event.html",
        website().event_page(event.slug),
        event=event,
        talks=read_whole(reader(), list_event_talks(reader(), event.id, EVERYTHING), read_talks),
        comments=read_whole(reader(), list_event_comments(reader(), event.id, EVERYTHING), read_event_comments),
    )


def _send_to_page(event):
    if not event.slug:
        raise NotFound("Event not found")
    return redirect(website().event_page(event.slug), 301)
