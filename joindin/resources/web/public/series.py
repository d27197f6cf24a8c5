"""The page of a series with its dates for a year, and the attendance of one of them."""

import datetime as dt

from flask import Response, redirect

from joindin.errors import Conflict, NotFound
from joindin.extensions import db
from joindin.http.pages.html_pages import flash_error, flash_success
from joindin.http.pages.languages import gettext, set_default_language, set_page_language
from joindin.http.pages.recurrence_descriptions import describe_rule
from joindin.http.sessions import require_user, session_user, sign_in_required
from joindin.models import Event, EventSeries
from joindin.operations.agenda.series import HORIZON, create_occurrence_ahead
from joindin.operations.attendance import attend
from joindin.permissions import can_edit_agenda_event, is_confirmed, is_rejected
from joindin.queries.agenda.series import (
    MSG_NO_SUCH_DATE,
    find_date,
    find_series,
    list_excluded_dates,
    list_occurrences,
    read_rule,
)
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.representations.json_ld.documents import to_script_text
from joindin.representations.json_ld.series import represent_series
from joindin.resources.web.public.event_frame import event_breadcrumb, load_preview, without_storage
from joindin.resources.web.public.event_lists import MAX_AGE
from joindin.resources.web.public.pages import blp, public_page, redirect_links, website_links
from joindin.utils.datetimes import EARLIEST, LATEST, utc_now


def series_page(parent: Event) -> Response:
    set_default_language(parent.page_language)
    series, now = db.session.get(EventSeries, parent.id), utc_now()
    is_public = is_confirmed(parent)
    dates = list_occurrences(db.session, parent, series, now, now + HORIZON)
    response = public_page(
        "web/series.html",
        website_links().canonical_event_page(parent),
        expires_at=now + MAX_AGE,
        website=website_links().website,
        event=parent,
        preview=None if is_public else load_preview(parent),
        rule=describe_series(parent, series),
        dates=dates,
        json_ld=_structured_data(parent, series, dates) if is_public else None,
        can_edit=is_edited_by_caller(parent) and not is_rejected(parent),
    )
    return response if is_public else without_storage(response)


def _structured_data(parent, series, dates):
    rule = read_rule(series.rrule) if series and series.rrule else None
    excluded = list_excluded_dates(series) if series else []
    hidden = [date.occurrence_at for date in dates if not date.is_visible]
    visible = [date for date in dates if date.is_visible]
    return to_script_text(
        represent_series(parent, rule, sorted({*excluded, *hidden}), visible, website_links()), event_breadcrumb(parent)
    )


def is_edited_by_caller(event: Event) -> bool:
    """Return whether the signed-in user may change the event. It costs visitors no query."""
    user = session_user()
    return user is not None and can_edit_agenda_event(load_viewer_for_events(db.session, user, [event.id]), event)


def describe_series(parent: Event, series: EventSeries) -> str | None:
    """Return the rule of the series in words; None if it has none."""
    if series is None or series.rrule is None:
        return None
    return describe_rule(read_rule(series.rrule), parent.starts_at, parent.timezone)


@blp.post("/event/<row_id:event_id>/dates/<day>/attendance/")
@sign_in_required
def attend_date_action(event_id, day):
    """Attend the date; its occurrence is created if there is none yet."""
    set_page_language()
    parent, now = find_series(db.session, event_id), utc_now()
    series = db.session.get(EventSeries, parent.id)
    try:
        date = find_date(db.session, parent, series, parse_day(day))
        occurrence = create_occurrence_ahead(db.session, parent.id, date.occurrence_at, now=now)
        attend(db.session, occurrence.id, require_user().id)
    except Conflict as error:
        db.session.rollback()
        flash_error(f"{gettext(str(error))}.")
        return redirect(redirect_links().canonical_event_page(parent), 303)
    address = redirect_links().canonical_event_page(occurrence)
    db.session.commit()
    flash_success(gettext("You attend this date."))
    return redirect(address, 303)


def parse_day(text: str) -> dt.date:
    """Return the day, in the form 2027-12-24.

    :raises NotFound: if the text is no day.
    """
    try:
        day = dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise NotFound(MSG_NO_SUCH_DATE) from None
    if not EARLIEST.date() < day < LATEST.date():
        raise NotFound(MSG_NO_SUCH_DATE)
    return day
