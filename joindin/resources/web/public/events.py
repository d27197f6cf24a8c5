"""The page of an event, and redirects from its older URLs."""

from collections import Counter

from flask import redirect, request

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.http.pages.languages import set_default_language
from joindin.http.sessions import session_user
from joindin.models.event_settings import LICENCES
from joindin.queries.agenda.flyers import find_flyer
from joindin.queries.agenda.series import get_parent, get_series_by_slug
from joindin.queries.comment_records import load_event_comment_records
from joindin.queries.comments import list_event_comments
from joindin.queries.event_records import find_event_record_by_slug, get_event_record
from joindin.queries.events import find_event, find_event_by_stub, find_unpublished_event
from joindin.queries.keyed_lists import load_in_order
from joindin.queries.paging import Paging
from joindin.queries.programme.event_programme import count_talks_by_start, load_talks
from joindin.representations.json_ld import represent_event, to_script_text
from joindin.representations.programme.days import programme_day
from joindin.resources.web.personal.attendance import load_own_attendance
from joindin.resources.web.personal.stars import load_starred_ids
from joindin.resources.web.public.cards import event_card_url
from joindin.resources.web.public.event_frame import (
    ABOUT,
    event_response,
    redirect_to_current_slug,
)
from joindin.resources.web.public.pages import (
    UNPAGED,
    blp,
    on_canonical_host,
    printable_or_not_found,
    redirect_links,
    website_links,
)
from joindin.resources.web.public.series import is_edited_by_caller, series_page
from joindin.utils.datetimes import utc_now
from joindin.utils.reserved_slugs import RESERVED_EVENT_SLUGS

# Of an event with more talks, the page has the number of talks of each day.
MAX_LISTED_TALKS = 20
NEWEST_COMMENTS = 3


@blp.get("/event/view/<row_id:event_id>")
def redirect_event_id(event_id):
    event, _ = find_event(db.session, event_id, None)
    if event.slug in RESERVED_EVENT_SLUGS:
        return _event_response(get_event_record(reader(), event.id), request.path)
    return _redirect_to_page(event)


@blp.get("/e/<rest:stub>")
def redirect_event_stub(stub):
    return _redirect_to_page(find_event_by_stub(db.session, printable_or_not_found(stub)))


@blp.get("/event/<rest:slug>")
@on_canonical_host
def event_page(slug):
    slug = printable_or_not_found(slug)
    try:
        event = _find_event_or_preview(slug)
    except NotFound:
        if (parent := get_series_by_slug(db.session, slug)) is not None:
            return series_page(parent)
        return redirect_to_current_slug(slug)
    set_default_language(event.page_language)
    return _event_response(event, f"/event/{event.slug}")


def _find_event_or_preview(slug):
    """Return the record of the event; :raises NotFound: as :func:`find_event_or_preview`."""
    try:
        return find_event_record_by_slug(reader(), slug)
    except NotFound:
        return get_event_record(reader(), find_unpublished_event(db.session, slug, session_user()).id)


def _event_response(event, path):
    # The other pages of an event with a reserved slug have no address.
    has_pages = event.slug not in RESERVED_EVENT_SLUGS
    is_brief = has_pages and event.talk_count > MAX_LISTED_TALKS
    talks = [] if is_brief else load_talks(reader(), event.id)
    days = _count_talks_by_day(event) if is_brief else {}
    paging = Paging(0, NEWEST_COMMENTS) if has_pages else UNPAGED
    comments = list_event_comments(reader(), event.id, paging, session_user())
    flyer = find_flyer(reader(), event.id)
    return event_response(
        "web/event.html",
        event,
        f"{website_links().website}{path}",
        ABOUT,
        json_ld=to_script_text(represent_event(event, website_links())) if event.is_visible else None,
        series=get_parent(db.session, event),
        can_edit=is_edited_by_caller(event),
        flyer=flyer,
        card_url=event_card_url(event, flyer),
        licence=LICENCES.get(event.licence),
        talks=talks,
        talk_count=days.total() if is_brief else len(talks),
        days=days,
        starred=load_starred_ids(talk.id for talk in talks),
        attendance=load_own_attendance(event),
        is_over=session_user() is not None and event.ends_at < utc_now(),
        comments=load_in_order(reader(), comments, load_event_comment_records),
        comment_count=comments.total,
    )


def _count_talks_by_day(event):
    days = Counter()
    for row in count_talks_by_start(reader(), event.id):
        days[programme_day(event, row.starts_at)] += row.number
    return days


def _redirect_to_page(event):
    if not event.slug:
        raise NotFound("Event not found")
    return redirect(redirect_links().event_page(event.slug), 301)
