"""The own schedule at an event: starred talks and own shifts by time (site 2.4). Visitors are led to that of their device.

A user may share the starred talks as a page at a secret address (``calendar_feed.py``).
"""

from flask import redirect

from joindin.extensions import db
from joindin.http.pages.qr_codes import qr_code_svg
from joindin.http.pages.repeated_forms import read_sent_form
from joindin.http.sessions import require_user, session_user, sign_in_required
from joindin.models.crew import CONFIRMED
from joindin.operations.personal.schedule_addresses import MAX_NAME_LENGTH, share_schedule, unshare_schedule
from joindin.queries.crew.calendars import list_calendar_shifts
from joindin.queries.personal.schedule_addresses import has_shared_schedule
from joindin.queries.stars import list_starred_talks
from joindin.representations.own_schedule import group_own_schedule, shift_entry, talk_entry
from joindin.resources.web.account.one_time_secret import pop_one_time_secret, store_one_time_secret
from joindin.resources.web.personal.actions import read_switch
from joindin.resources.web.public.event_frame import MY_SCHEDULE, event_response, with_event
from joindin.resources.web.public.pages import blp, website_links
from joindin.utils.datetimes import utc_now


@blp.get("/event/<slug>/mine")
@with_event
def my_schedule_page(event):
    user, path = session_user(), f"{website_links().event_page(event.slug)}/mine"
    talks = list_starred_talks(db.session, user.id, event.id) if user else []
    token = pop_one_time_secret(_secret_name(event)) if user else None
    address = f"{path}/{token}" if token else None
    response = event_response(
        "web/personal/my_schedule.html",
        event,
        path,
        MY_SCHEDULE,
        days=group_own_days(event, talks, _load_shifts(event, user)),
        starred=frozenset(talk.id for talk in talks),
        is_shared=user is not None and has_shared_schedule(db.session, user.id, event.id),
        new=address,
        code=qr_code_svg(address, is_secret=True) if address else None,
    )
    if address:
        response.cache_control.no_store = True
    return response


@blp.post("/event/<slug>/mine/share")
@sign_in_required
@with_event
def share_schedule_action(event):
    """Make a new page with the user's starred talks, which ends the former one; or end it."""
    if read_switch("on", True):
        user, sent = require_user(), read_sent_form()
        if not sent.is_repeated:
            name = event.name[:MAX_NAME_LENGTH]
            share_schedule(db.session, event.id, name, token=sent.secret, actor=user, now=utc_now())
        store_one_time_secret(_secret_name(event), sent.secret)
    else:
        unshare_schedule(db.session, event.id, actor=require_user())
    db.session.commit()
    return redirect(f"/event/{event.slug}/mine#share", 303)


def group_own_days(event, talks, shifts=()):
    """Return the days of an own schedule, with the boundary of the event's days."""
    entries = [*map(talk_entry, talks), *map(shift_entry, shifts)]
    return group_own_schedule(entries, event.timezone, event.day_starts_at)


def _load_shifts(event, user):
    if user is None:
        return []
    shifts = list_calendar_shifts(db.session.connection(), user.id, [CONFIRMED])
    return [shift for shift in shifts if shift.event_id == event.id]


def _secret_name(event):
    return f"shared schedule of event {event.id}"
