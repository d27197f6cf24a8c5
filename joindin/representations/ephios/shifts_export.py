"""Shifts of one person in the shape of Engelsystem's export, which the app EventFahrplan reads.

The app fails if a value is null outside of ``URL``, ``description`` and ``map_url``, and adds 300,000 to ``SID``.
"""

from collections.abc import Mapping, Sequence

from joindin.representations.ephios.links import CrewLinks
from joindin.utils.datetimes import get_timezone


def represent_exported_shift(shift, talks: Sequence, comments: Sequence[str], links: CrewLinks) -> Mapping:
    """``talks`` are those that the shift was generated from; ``comments`` the participant's own."""
    name = shift.timezone or links.timezone
    start, end = (at.astimezone(get_timezone(name)) for at in (shift.starts_at, shift.ends_at))
    comment = "\n".join(comments)
    offset = f"{start:%z}"
    return {
        "SID": shift.id,
        "RID": shift.place_id or 0,
        "name": shift.label or shift.name,
        "Name": shift.location or "",
        "title": ", ".join(talk.title for talk in talks) or shift.name,
        "shifttype_id": shift.type_id,
        "shifttype_name": shift.type_title,
        "shifttype_description": "",
        "URL": links.talk_page(talks[0].stub) if talks else None,
        "description": shift.description or None,
        "map_url": _map_url(shift),
        "start": int(start.timestamp()),
        "end": int(end.timestamp()),
        "start_date": start.isoformat(timespec="seconds"),
        "end_date": end.isoformat(timespec="seconds"),
        "timezone": f"{offset[:3]}:{offset[3:5]}",
        "event_timezone": name,
        "user_comment": comment,
        "Comment": comment,
        "link": f"{links.event_page(shift.event_id, shift.name)}#shift-{shift.id}",
    }


def _map_url(shift):
    if shift.latitude is None or shift.longitude is None:
        return None
    return f"https://www.openstreetmap.org/?mlat={shift.latitude:.6f}&mlon={shift.longitude:.6f}"
