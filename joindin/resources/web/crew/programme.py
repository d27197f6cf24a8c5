"""Page on which planners generate shifts from the talks of an event, after a preview, and see those that follow the programme."""

from flask import redirect, request
from wtforms import IntegerField, SelectField
from wtforms.validators import NumberRange, Optional

from joindin.errors import Conflict
from joindin.extensions import db
from joindin.http.pages.forms import CheckboxList, Form, PlainTextField, RadioChoice, choices
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext, ngettext
from joindin.models import Event
from joindin.models.crew import CAMERA, ROOM_HELP, SESSION_CHAIR, TALKS_DELETED, TIMES_KEPT
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.programme import storage
from joindin.operations.crew.programme.generation import (
    ShiftTemplate,
    detach_from_programme,
    find_template,
    generate_shifts,
)
from joindin.operations.crew.programme.rules import MAX_LABEL_LENGTH, MAX_MINUTES, ShiftRule
from joindin.queries.crew.programme import count_people, list_programme_shifts, list_tracks
from joindin.queries.crew.shifts import load_shifts_of_events
from joindin.resources.web.crew.addresses import event_path
from joindin.resources.web.crew.common import blp, crew_dates, crew_page
from joindin.resources.web.crew.planning_access import require_event, require_shift

KIND_NAMES = {
    SESSION_CHAIR: lazy_gettext("Session chair"),
    ROOM_HELP: lazy_gettext("Help in rooms"),
    CAMERA: lazy_gettext("Camera"),
}
ACTION_NAMES = {
    storage.NEW: lazy_gettext("new"),
    storage.CHANGED: lazy_gettext("changes"),
    storage.UNCHANGED: lazy_gettext("stays as it is"),
    storage.KEPT: lazy_gettext("keeps what was changed by hand"),
    storage.REMOVED: lazy_gettext("is deleted"),
    storage.MARKED: lazy_gettext("stays without talks"),
}
PROBLEM_NAMES = {
    TALKS_DELETED: lazy_gettext("All talks of this shift are gone."),
    TIMES_KEPT: lazy_gettext("Talks have moved. The times were changed by hand and stayed."),
}
INSTANT, REQUEST = "instant_confirmation", "request_confirm"
MAX_PEOPLE = 10_000
MSG_MINUTES = lazy_gettext("Enter a number of minutes between 0 and 600.")


class WholeNumberField(IntegerField):
    """A number whose error is translated."""

    def process_formdata(self, valuelist):
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            if len(text) > 9 or not (text.isascii() and text.isdecimal()):
                raise ValueError(gettext("Enter a whole number."))
            self.data = int(text)


def _minutes(label, **options):
    return WholeNumberField(label, [Optional(), NumberRange(0, MAX_MINUTES, MSG_MINUTES)], **options)


class ProgrammeForm(Form):
    kind = RadioChoice(lazy_gettext("Kind of shift"), choices=choices(KIND_NAMES.items()), default=SESSION_CHAIR)
    label = PlainTextField(
        lazy_gettext("Label"),
        description=lazy_gettext("{talk} stands for the title of the talk, {room} for the track"),
        render_kw={"maxlength": MAX_LABEL_LENGTH},
    )
    minutes_before = _minutes(lazy_gettext("Minutes before the talk"), default=0)
    minutes_after = _minutes(lazy_gettext("Minutes after the talk"), default=0)
    max_gap = _minutes(
        lazy_gettext("Longest break within a shift, in minutes"),
        description=lazy_gettext("One shift for talks that follow each other in a track. Empty: one for each talk"),
    )
    tracks = CheckboxList(
        lazy_gettext("Only in these tracks"), coerce=int, description=lazy_gettext("Without a choice, all talks count")
    )
    template = SelectField(lazy_gettext("People sign up"))
    people = WholeNumberField(
        lazy_gettext("People for each shift"),
        [Optional(), NumberRange(1, MAX_PEOPLE, lazy_gettext("Enter a whole number."))],
        description=lazy_gettext("Not used if the shifts are like another one"),
    )

    def rule(self) -> ShiftRule:
        return ShiftRule(
            self.kind.data,
            self.label.data,
            self.minutes_before.data or 0,
            self.minutes_after.data or 0,
            self.max_gap.data,
            frozenset(self.tracks.data) or None,
        )

    def make_template(self, event_id: int) -> ShiftTemplate:
        if self.template.data not in (INSTANT, REQUEST):
            return find_template(db.session, event_id, int(self.template.data))
        structure = {"maximum_number_of_participants": self.people.data}
        return ShiftTemplate(self.template.data, {}, "uniform", structure)


# The field of the form for a field of the contract.
FORM_FIELDS = {"template_shift": "template", "signup_flow_configuration": "template"}


@blp.route("/events/<row_id:event_id>/shifts-from-programme/", methods=["GET", "POST"])
def programme_page(event_id):
    require_event(event_id)
    form, preview = _make_form(event_id), None
    if form.validate_on_submit():
        preview = _generate(form, event_id)
        if preview is not None and request.form.get("action") == "store":
            db.session.commit()
            flash_success(_summary(preview))
            return redirect(request.path)
        db.session.rollback()
    stored = list_programme_shifts(db.session, event_id)
    title = db.session.get_one(Event, event_id).name
    return crew_page(
        "web/crew/programme.html",
        form=form,
        preview=preview,
        stored=stored,
        people=count_people(db.session, [each.shift.id for each in stored]),
        back=event_path(event_id, title),
        title=title,
        kinds=KIND_NAMES,
        actions=ACTION_NAMES,
        problems=PROBLEM_NAMES,
    )


@blp.post("/shifts/<row_id:shift_id>/detach/")
def detach_shift_action(shift_id):
    event_id = require_shift(shift_id).event_id
    detach_from_programme(db.session, shift_id)
    db.session.commit()
    flash_success(gettext("The shift does not follow the programme any more."))
    return redirect(f"/events/{event_id}/shifts-from-programme/")


def _make_form(event_id):
    form = ProgrammeForm(data={"label": gettext("Session chair: {talk}")})
    form.tracks.choices = [(track.id, track.name) for track in list_tracks(db.session, event_id)]
    shifts, dates = load_shifts_of_events(db.session, [event_id]).get(event_id, ()), crew_dates()
    form.template.choices = [
        (INSTANT, gettext("at once")),
        (REQUEST, gettext("by asking the responsible people")),
        *(
            (str(shift.id), gettext("as for: %(shift)s", shift=f"{shift.label} {dates.day_and_time(shift.starts_at)}"))
            for shift in shifts
        ),
    ]
    return form


def _generate(form, event_id):
    """Return the generated shifts, which the caller commits or rolls back; None if the form has errors."""
    try:
        return generate_shifts(db.session, event_id, form.rule(), form.make_template(event_id))
    except InvalidCrewField as error:
        name = FORM_FIELDS.get(error.field, error.field)
        form.add_error(gettext(str(error)), getattr(form, name, None))
    except Conflict as error:
        form.add_error(gettext(str(error)))
    return None


def _summary(generated):
    number = sum(each.action == storage.NEW for each in generated)
    return ngettext("%(num)d new shift.", "%(num)d new shifts.", number)
