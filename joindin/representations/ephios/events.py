"""Events and shifts (spec 6 and 7)."""

from collections.abc import Mapping, Sequence

from joindin.representations.ephios.links import CrewLinks
from joindin.representations.ephios.times import iso_time


def represent_event(event, shifts: Sequence[dict], stats, links: CrewLinks) -> dict:
    """``stats`` are the numbers of all shifts together."""
    return {
        "id": event.id,
        "title": event.name,
        "description": event.description or None,
        "location": event.location or "",
        "type": represent_event_type(event),
        "frontend_url": links.event_page(event.id, event.name),
        "start_time": iso_time(event.shifts_start_at, links.timezone),
        "end_time": iso_time(event.shifts_end_at, links.timezone),
        "signup_stats": represent_stats(stats),
        "shifts": list(shifts),
    }


def represent_shared_event(event, guest_id: int, links: CrewLinks) -> dict:
    """Represent an event for a federation guest (spec 13.3)."""
    return {
        "id": event.id,
        "title": event.name,
        "description": event.description or None,
        "location": event.location or "",
        "type": represent_event_type(event),
        "start_time": iso_time(event.shifts_start_at, links.timezone),
        "end_time": iso_time(event.shifts_end_at, links.timezone),
        "signup_url": links.shared_event_page(event.id, guest_id),
    }


def represent_event_type(row) -> dict:
    return {"id": row.type_id, "title": row.type_title}


def represent_shift(shift, event_title: str, stats, links: CrewLinks) -> dict:
    return {
        "id": shift.id,
        "label": shift.label,
        "event_id": shift.event_id,
        "event_title": event_title,
        "meeting_time": iso_time(shift.meets_at, links.timezone),
        "start_time": iso_time(shift.starts_at, links.timezone),
        "end_time": iso_time(shift.ends_at, links.timezone),
        "signup_flow_slug": shift.signup_flow_slug,
        "signup_flow_configuration": shift.signup_flow_configuration,
        "structure_slug": shift.structure_slug,
        "structure_configuration": shift.structure_configuration,
        "signup_stats": represent_stats(stats),
    }


def represent_stats(stats) -> Mapping[str, int | None]:
    return {
        "requested_count": stats.requested_count,
        "confirmed_count": stats.confirmed_count,
        "missing": stats.missing,
        "free": stats.free,
        "min_count": stats.min_count,
        "max_count": stats.max_count,
    }
