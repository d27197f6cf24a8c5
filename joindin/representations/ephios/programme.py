"""Shifts that follow the programme. An addition to the contract."""

from collections.abc import Mapping

from joindin.representations.ephios.links import CrewLinks
from joindin.representations.ephios.times import iso_time


def represent_generated_shift(generated, links: CrewLinks) -> Mapping:
    """Represent one line of a run: what happens to a shift, or would happen."""
    planned = generated.planned
    return {
        "action": generated.action,
        "shift": generated.shift_id,
        "label": generated.label,
        "start_time": iso_time(generated.starts_at, links.timezone),
        "end_time": iso_time(generated.ends_at, links.timezone),
        "track": planned and planned.track_id,
        "talks": list(planned.talk_ids) if planned else [],
    }


def represent_programme_shift(stored, people: int, links: CrewLinks) -> Mapping:
    """Represent a stored shift with the rule by which it follows."""
    shift, rule = stored.shift, stored.rule
    return {
        "shift": shift.id,
        "kind": rule.kind,
        "label": shift.label,
        "start_time": iso_time(shift.starts_at, links.timezone),
        "end_time": iso_time(shift.ends_at, links.timezone),
        "track": rule.track_id,
        "talks": sorted(stored.talk_ids),
        "minutes_before": rule.minutes_before,
        "minutes_after": rule.minutes_after,
        "max_gap": rule.max_gap,
        "people": people,
        "problem": rule.problem,
    }
