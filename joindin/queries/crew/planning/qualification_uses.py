"""Shifts that require a qualification by their configuration. Tables refer to the others that do."""

from collections.abc import Sequence

from sqlalchemy import Text, cast, select

from joindin.models import Event
from joindin.models.crew import Shift
from joindin.queries.crew.signup_facts import as_configuration
from joindin.queries.crew.signup_stats import objects_in


def list_requiring_shifts(session, qualification_id: int) -> Sequence:
    """Return rows with id, label, event_id and event_name, by start: one statement."""
    shifts = session.execute(
        select(Shift.id, Shift.label, Shift.event_id, Shift.structure_configuration, Event.name.label("event_name"))
        .join(Event, Event.id == Shift.event_id)
        .where(cast(Shift.structure_configuration, Text).contains(str(qualification_id)))
        .order_by(Shift.starts_at, Shift.id)
    )
    return [shift for shift in shifts if requires_qualification(shift, qualification_id)]


def requires_qualification(shift, qualification_id: int) -> bool:
    """Return whether the shift, one of its teams or one of its places is for people with the qualification."""
    configuration = as_configuration(shift.structure_configuration)
    required = configuration.get("required_qualification_ids")
    groups = [each for name in ("teams", "qualification_requirements") for each in objects_in(configuration.get(name))]
    return (isinstance(required, list) and qualification_id in required) or any(
        each.get("qualification") == qualification_id for each in groups
    )
