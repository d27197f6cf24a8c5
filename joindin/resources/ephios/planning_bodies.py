"""Bodies of the requests of planners: events, shifts and decisions."""

import datetime as dt

from joindin.operations.crew import disposition, events, shifts
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.fields import MAX_NAME_LENGTH
from joindin.resources.ephios.bodies import Body, read_body

MAX_DESCRIPTION_LENGTH, MAX_LABEL_LENGTH, MAX_SLUG_LENGTH, MAX_COMMENT_LENGTH = 100_000, 255, 100, 255
MAX_COPY_DAYS = 3660
MSG_WRONG_DAYS = "Enter a number of days between 0 and 3660."


def read_event(body: Body, event, details):
    """Read an event; for a change, missing fields are those of the event."""
    old = (event.name, event.description, event.location or "", details.event_type_id) if event else None
    return events.CrewEventFields(
        title=body.text("title", MAX_NAME_LENGTH, *old[:1] if old else (), may_be_blank=False),
        description=body.text("description", MAX_DESCRIPTION_LENGTH, old[1] if old else ""),
        location=body.text("location", MAX_NAME_LENGTH, old[2] if old else ""),
        event_type_id=body.integer("type", *old[3:] if old else ()),
    )


def read_shift(body: Body, shift):
    def old(name):
        return () if shift is None else (getattr(shift, name),)

    return shifts.ShiftFields(
        label=body.text("label", MAX_LABEL_LENGTH, shift.label if shift else ""),
        meets_at=body.time("meeting_time", *old("meets_at")),
        starts_at=body.time("start_time", *old("starts_at")),
        ends_at=body.time("end_time", *old("ends_at")),
        signup_flow_slug=body.text("signup_flow_slug", MAX_SLUG_LENGTH, *old("signup_flow_slug")),
        signup_flow_configuration=body.value("signup_flow_configuration", *old("signup_flow_configuration")),
        structure_slug=body.text("structure_slug", MAX_SLUG_LENGTH, *old("structure_slug")),
        structure_configuration=body.value("structure_configuration", *old("structure_configuration")),
    )


def read_decision(body: Body):
    def optional(read, name, *arguments):
        return read(name, *arguments, None) if body.has(name) else disposition.UNCHANGED

    return disposition.Decision(
        participation_id=body.integer("id"),
        state=body.integer("state") if body.has("state") else disposition.UNCHANGED,
        starts_at=optional(body.time, "individual_start_time"),
        ends_at=optional(body.time, "individual_end_time"),
        team_uuid=optional(body.text, "team", MAX_SLUG_LENGTH),
        unit_path=optional(body.text, "unit_path", 1000),
        comment=body.text("comment", MAX_COMMENT_LENGTH, ""),
        is_internal=body.flag("comment_is_internal", False),
    )


def read_days():
    days = read_body().integer("days", 0)
    if not 0 <= days <= MAX_COPY_DAYS:
        raise InvalidCrewField("days", MSG_WRONG_DAYS)
    return dt.timedelta(days=days)
