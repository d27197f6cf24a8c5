"""The page of an event, and redirects from its older URLs.

It changes without a write from day to day: during the event it begins with what is on now, afterwards with slides.
"""

from flask import Response, redirect, request

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.http.pages.languages import set_default_language
from joindin.http.sessions import session_user
from joindin.models import CANCELLED_TALK, EventSeries
from joindin.models.event_settings import LICENCES, MEETUP
from joindin.operations.agenda.series import HORIZON
from joindin.queries.agenda.flyers import find_flyer
from joindin.queries.agenda.series import find_series, find_series_by_slug, get_parent, list_occurrences
from joindin.queries.comment_records import load_event_comment_records
from joindin.queries.comments import list_event_comments
from joindin.queries.event_contents import list_talk_ids_with_material
from joindin.queries.event_records import find_event_record_by_slug, get_event_record
from joindin.queries.events import find_event, find_event_by_stub, find_unpublished_event
from joindin.queries.keyed_lists import load_in_order
from joindin.queries.paging import Paging
from joindin.queries.programme.event_programme import count_talks_by_start, list_first_talks, load_programme
from joindin.queries.talk_records import load_talk_records
from joindin.representations.calls import represent_call
from joindin.representations.json_ld.documents import to_script_text
from joindin.representations.json_ld.events import MAX_PARTS, represent_event
from joindin.representations.links import event_path
from joindin.representations.programme.days import AFTER, event_phase, next_day_boundary, programme_day
from joindin.resources.web.feedback.common import named_links
from joindin.resources.web.personal.attendance import load_own_attendance
from joindin.resources.web.personal.stars import load_starred_ids
from joindin.resources.web.public.cards import event_card_url
from joindin.resources.web.public.event_frame import (
    ABOUT,
    event_breadcrumb,
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
MAX_LISTED_TALKS, MAX_MEETUP_TALKS = 20, 60
LOADED = object()
NEWEST_COMMENTS, LISTED_MATERIAL, COMING_DATES = 3, 5, 5


@blp.get("/event/view/<row_id:event_id>")
def redirect_event_id(event_id):
    try:
        event, _ = find_event(db.session, event_id, session_user())
    except NotFound:
        # The parent of a series is in no list, but has a page.
        event = find_series(db.session, event_id)
    if event.slug in RESERVED_EVENT_SLUGS:
        if event.is_series:
            return series_page(find_series_by_slug(db.session, event.slug, session_user()))
        return event_page_response(get_event_record(reader(), event.id), request.path)
    return _redirect_to_page(event)


@blp.get("/e/<rest:stub>")
def redirect_event_stub(stub):
    return _redirect_to_page(find_event_by_stub(db.session, printable_or_not_found(stub), session_user()))


@blp.get("/event/<rest:slug>")
@on_canonical_host
def event_page(slug):
    slug = printable_or_not_found(slug)
    try:
        event = _find_event_or_preview(slug)
    except NotFound:
        return _series_or_redirect(slug)
    set_default_language(event.page_language)
    return event_page_response(event, event_path(event))


def _find_event_or_preview(slug):
    """Return the record of the event; :raises NotFound: as :func:`find_event_or_preview`."""
    try:
        return find_event_record_by_slug(reader(), slug)
    except NotFound:
        return get_event_record(reader(), find_unpublished_event(db.session, slug, session_user()).id)


def _series_or_redirect(slug):
    try:
        parent = find_series_by_slug(db.session, slug, session_user())
    except NotFound:
        return redirect_to_current_slug(slug)
    return series_page(parent)


def event_page_response(
    event, path: str, *, template: str = "web/event.html", flyer=LOADED, is_public: bool | None = None, **context
) -> Response:
    """Render the page of an event, which has the attributes of :func:`get_event_record`, at the path of its address.

    ``flyer`` is the row of its image if that is not the stored one. ``is_public`` is that of :func:`event_response`.
    """
    now = utc_now()
    # The other pages of an event with a reserved slug have no address.
    has_pages = bool(event.slug) and event.slug not in RESERVED_EVENT_SLUGS
    max_talks = MAX_MEETUP_TALKS if event.kind == MEETUP else MAX_LISTED_TALKS
    # The counter contains hidden talks, as the v2.1 API does; the days do not.
    days = _summarise_days(event) if has_pages and event.talk_count > max_talks else {}
    talk_count = sum(number for number, _ in days.values())
    is_brief, talks = talk_count > max_talks, []
    if not is_brief:
        days, talks = {}, load_programme(reader(), event.id).talks
        talk_count = len(talks)
    paging = Paging(0, NEWEST_COMMENTS) if has_pages else UNPAGED
    comments = list_event_comments(reader(), event.id, paging, session_user())
    flyer = find_flyer(reader(), event.id) if flyer is LOADED else flyer
    series = get_parent(db.session, event)
    call = represent_call(event, now) if event.cfp_url or event.cfp_ends_at else None
    phase = event_phase(event, now)
    return event_response(
        template,
        event,
        f"{website_links().website}{path}",
        ABOUT,
        expires_at=_expiry(event, call, now),
        json_ld=_structured_data(event, flyer, series, None if is_brief else talks) if event.is_visible else None,
        series=series,
        series_dates=_list_coming_dates(series, now),
        can_edit=is_edited_by_caller(event),
        flyer=flyer,
        card_url=event_card_url(event, flyer),
        short_address=f"{website_links().website}/e/{event.stub}"
        if event.stub
        else website_links().canonical_event_page(event),
        licence=LICENCES.get(event.licence),
        call=call if phase != AFTER else None,
        talks=talks,
        talk_count=talk_count,
        days=days,
        starred=load_starred_ids(talk.id for talk in talks),
        attendance=load_own_attendance(event),
        phase=phase,
        has_pages=has_pages,
        comments=load_in_order(reader(), comments, load_event_comment_records),
        comment_count=comments.total,
        is_public=is_public,
        **(_material(event, talks) if phase == AFTER else {}),
        **context,
    )


def _structured_data(event, flyer, series, talks):
    """Return the data of the event; ``talks`` are its programme if that is loaded."""
    links = website_links()
    if talks is None:
        talks = list_first_talks(reader(), event.id, MAX_PARTS)
    return to_script_text(
        represent_event(
            event,
            links,
            image=links.flyer(flyer.file) if flyer else event_card_url(event, flyer),
            talks=[talk for talk in talks if talk.state != CANCELLED_TALK][:MAX_PARTS],
            series=series,
        ),
        event_breadcrumb(event),
    )


def _summarise_days(event):
    """Return the number of talks and the first start by day of the programme."""
    days = {}
    for row in count_talks_by_start(reader(), event.id):
        number, starts_at = days.get(programme_day(event, row.starts_at), (0, row.starts_at))
        days[programme_day(event, row.starts_at)] = number + row.number, starts_at
    return days


def _list_coming_dates(series, now):
    """Return the next dates of the series of which the event is one."""
    if series is None:
        return []
    rule = db.session.get(EventSeries, series.id)
    dates = list_occurrences(db.session, series, rule, now, now + HORIZON)
    return [date for date in dates if date.is_visible][:COMING_DATES]


def _material(event, talks):
    """Return the first talks with slides or recordings, and their number. ``talks`` are those that are loaded: all or none."""
    if talks:
        found = [talk for talk in talks if named_links(talk)]
        shown, number = found[:LISTED_MATERIAL], len(found)
    else:
        ids = list_talk_ids_with_material(reader(), event.id)
        records, number = load_talk_records(reader(), ids[:LISTED_MATERIAL]), len(ids)
        shown = [records[talk_id] for talk_id in ids[:LISTED_MATERIAL] if talk_id in records]
    return {"material": [(talk, named_links(talk)) for talk in shown], "material_count": number}


def _expiry(event, call, now):
    """Return when the page changes without a write: the next day begins, or the call opens or closes."""
    instants = (next_day_boundary(event, now), call and call.changes_at)
    return min(at for at in instants if at is not None)


def _redirect_to_page(event):
    if not event.slug:
        raise NotFound("Event not found")
    return redirect(redirect_links().canonical_event_page(event), 301)
