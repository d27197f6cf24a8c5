"""Pages on which the hosts of an event repeat it, change its series or one date, and skip dates."""

from functools import wraps
from types import SimpleNamespace

from flask import redirect
from wtforms import TextAreaField

from joindin.errors import DomainError, Forbidden, InvalidInput, NotFound
from joindin.extensions import db, media_storage
from joindin.http.pages.forms import RadioChoice, choices, max_length
from joindin.http.pages.html_pages import flash_error, flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext, send_language, set_page_language, translate_error
from joindin.http.sessions import require_user, sign_in_required
from joindin.models import Event, EventSeries
from joindin.operations.agenda.event_copies import COPIED_COLUMNS
from joindin.operations.agenda.flyers import FlyerStore
from joindin.operations.agenda.series import HORIZON, create_occurrence_ahead
from joindin.operations.agenda.series_dates import restore_date, skip_date
from joindin.operations.agenda.series_editing import ALL, FOLLOWING, THIS, edit_series_event
from joindin.operations.events import UNCHANGED
from joindin.permissions import can_confirm_agenda_event, can_edit_agenda_event, is_rejected
from joindin.queries.agenda.series import MSG_NO_SUCH_DATE, find_date, list_occurrences
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.resources.web.public.event_forms import EventForm, changed_fields, present_values
from joindin.resources.web.public.pages import blp
from joindin.resources.web.public.series import describe_series, parse_day
from joindin.utils.datetimes import utc_now
from joindin.utils.recurrence.parsing import MAX_RECURRENCE_LENGTH

# The values of ``repeats``, with the frequency and the type of Gancio.
REPETITIONS = {
    "1w": (lazy_gettext("every week"), {"frequency": "1w"}),
    "2w": (lazy_gettext("every two weeks"), {"frequency": "2w"}),
    "1m": (lazy_gettext("every month on the same day"), {"frequency": "1m", "type": "ordinal"}),
    "1m1": (lazy_gettext("every month on the first such weekday"), {"frequency": "1m", "type": 1}),
    "1m2": (lazy_gettext("every month on the second such weekday"), {"frequency": "1m", "type": 2}),
    "1m3": (lazy_gettext("every month on the third such weekday"), {"frequency": "1m", "type": 3}),
    "1m4": (lazy_gettext("every month on the fourth such weekday"), {"frequency": "1m", "type": 4}),
    "1m-1": (lazy_gettext("every month on the last such weekday"), {"frequency": "1m", "type": -1}),
    "1y": (lazy_gettext("every year on the same day"), {"frequency": "1y", "type": "ordinal"}),
}
KEEP, RULE, NEVER = "keep", "rule", "never"


class SeriesForm(EventForm):
    repeats = RadioChoice(
        lazy_gettext("Repeated"),
        choices=choices(
            [
                (KEEP, lazy_gettext("as it is now")),
                *((value, label) for value, (label, _) in REPETITIONS.items()),
                (RULE, lazy_gettext("by the rule below")),
                (NEVER, lazy_gettext("no more")),
            ]
        ),
        default=KEEP,
    )
    rule = TextAreaField(
        lazy_gettext("Rule of your own"),
        [max_length(MAX_RECURRENCE_LENGTH, lazy_gettext("The rule"))],
        description=lazy_gettext(
            "A rule of iCalendar, for example FREQ=MONTHLY;BYDAY=1TU,3TU;UNTIL=20281231. Further lines with EXDATE leave"
            " out dates."
        ),
        render_kw={"rows": 3},
    )

    def recurrence(self):
        if self.repeats.data == KEEP:
            return UNCHANGED
        if self.repeats.data == NEVER:
            return None
        return {"rrule": self.rule.data} if self.repeats.data == RULE else REPETITIONS[self.repeats.data][1]


class DateForm(EventForm):
    scope = RadioChoice(
        lazy_gettext("Change"),
        choices=choices(
            [
                (THIS, lazy_gettext("this date alone")),
                (FOLLOWING, lazy_gettext("this and all later dates")),
                (ALL, lazy_gettext("all dates to come")),
            ]
        ),
        default=THIS,
    )


def with_event(predicate=can_edit_agenda_event):
    """Decorate a view of hosts: pass it the event whose id is in the address, for those who may change it.

    :raises NotFound, Forbidden: in that order. A series that is not visible is unknown to others.
    """

    def decorate(view):
        @wraps(view)
        @sign_in_required
        def guarded(event_id, **kwargs):
            set_page_language()
            event = db.session.get(Event, event_id)
            viewer = load_viewer_for_events(db.session, require_user(), [event_id])
            may_edit = event is not None and can_edit_agenda_event(viewer, event)
            if event is None or event.is_private or is_rejected(event) or not (may_edit or event.is_active):
                raise NotFound("Event not found")
            if not predicate(viewer, event):
                raise Forbidden("Only the hosts of an event can change it")
            return view(event, **kwargs)

        return guarded

    return decorate


@blp.route("/event/<row_id:event_id>/series/", methods=["GET", "POST"])
@with_event()
def series_form_page(event):
    if event.parent_id is not None:
        return redirect(f"/event/{event.parent_id}/series/", 303)
    form = SeriesForm()
    if not form.is_submitted():
        form.process(data=present_values(event))
    elif form.validate():
        recurrence = form.recurrence()
        if _save(form, event, ALL, recurrence=recurrence):
            is_ended = recurrence is None
            flash_success(gettext("The event is repeated no more.") if is_ended else gettext("The series is changed."))
            return redirect(_series_path(event), 303)
    return _series_form(form, event)


@blp.route("/event/<row_id:event_id>/dates/<day>/", methods=["GET", "POST"])
@with_event()
def date_form_page(event, day):
    date, form, now = _find_date(event, day), DateForm(), utc_now()
    occurrence = db.session.get(Event, date.event_id) if date.event_id else None
    if occurrence is not None and (occurrence.is_private or is_rejected(occurrence)):
        raise NotFound(MSG_NO_SUCH_DATE)
    shown = occurrence or _copy_at(event, date.occurrence_at)
    if not form.is_submitted():
        form.process(data=present_values(shown))
    elif form.validate():
        try:
            occurrence = occurrence or create_occurrence_ahead(db.session, event.id, date.occurrence_at, now=now)
        except DomainError as error:
            form.add_error(gettext(str(error)))
        else:
            if _save(form, occurrence, form.scope.data):
                flash_success(gettext("The date is changed."))
                return redirect(_series_path(event), 303)
    page = render_page("web/series_date.html", 400 if form.errors else 200, form=form, event=event, date=date)
    return send_language(page)


@blp.post("/event/<row_id:event_id>/dates/<day>/skip/")
@with_event()
def skip_date_action(event, day):
    skip_date(db.session, event.id, parse_day(day), actor=require_user(), now=utc_now())
    db.session.commit()
    flash_success(gettext("The date is skipped."))
    return redirect(_series_path(event), 303)


@blp.post("/event/<row_id:event_id>/dates/<day>/restore/")
@with_event()
def restore_date_action(event, day):
    viewer = load_viewer_for_events(db.session, require_user(), [event.id])
    date = _find_date(event, day)
    if date.event_id is not None and not can_confirm_agenda_event(viewer, event):
        flash_error(gettext("This date is hidden. An editor has to approve it."))
    else:
        restore_date(db.session, event.id, parse_day(day), actor=require_user(), now=utc_now())
        db.session.commit()
        flash_success(gettext("The date takes place."))
    return redirect(_series_path(event), 303)


def _series_path(event):
    return f"/event/{event.id}/series/"


def _find_date(event, day):
    """Return the date, which has not begun."""
    date = find_date(db.session, event, db.session.get(EventSeries, event.id), parse_day(day))
    if date.starts_at < utc_now():
        raise NotFound(MSG_NO_SUCH_DATE)
    return date


def _copy_at(event, at):
    """Return what the occurrence would be that starts at ``at``."""
    columns = {name: getattr(event, name) for group in COPIED_COLUMNS for name in group}
    times = {"starts_at": at, "ends_at": at + (event.ends_at - event.starts_at), "is_end_known": event.is_end_known}
    return SimpleNamespace(id=event.id, **columns, **times)


def _series_form(form, event):
    series, now = db.session.get(EventSeries, event.id), utc_now()
    page = render_page(
        "web/series_edit.html",
        400 if form.errors else 200,
        form=form,
        event=event,
        series=series,
        rule=describe_series(event, series),
        dates=list_occurrences(db.session, event, series, now, now + HORIZON),
    )
    return send_language(page)


def _save(form, event, scope, **others):
    """Save the changed fields and return True; add the error to the form and return False if they are refused."""
    fields = changed_fields(form, event, **others)
    try:
        with FlyerStore(media_storage()) as files:
            edit_series_event(db.session, event.id, fields, scope=scope, files=files, now=utc_now())
            db.session.commit()
    except InvalidInput as error:
        db.session.rollback()
        form.add_error(translate_error(error))
        return False
    return True
