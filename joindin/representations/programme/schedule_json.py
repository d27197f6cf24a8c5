"""The programme in the JSON of the c3voc: version 1, which has the tree of frab's XML, and version 2 (alpha-3), a flat list."""

from joindin.models import TENTATIVE_TALK
from joindin.representations.feeds.event_texts import INVALID_IN_XML
from joindin.representations.programme.export import (
    GENERATOR,
    OTHER_TRACK_SLUG,
    ProgrammeExport,
    time_stamp,
)
from joindin.representations.programme.frab_xml import duration_text

CONTENT_TYPE = "application/json"
SCHEMA_1 = "https://c3voc.de/schedule/schema.json"
SCHEMA_2 = "https://c3voc.de/schedule/schema2.json"
ALPHA = "alpha-3"

# Kinds of links in version 1; version 2 has them in capitals.
LINK_KINDS = {"slides_link": "slides", "video_link": "media", "audio_link": "media"}
TYPES = {"Talk": "TALK", "Keynote": "TALK", "Workshop": "WORKSHOP", "Social Event": "MEETING"}


def represent_schedule_json(export: ProgrammeExport, version: str) -> dict:
    """Return version 1. Cancelled talks are left out."""
    days = export.days
    conference = {
        **_conference(export),
        **({"logo": export.logo} if export.logo else {}),
        "start": days[0].on.isoformat(),
        "end": days[-1].on.isoformat(),
        "daysCount": len(days),
        "timeslot_duration": "00:05",
        "rooms": [_room(room) for room in export.exported_rooms],
        "tracks": [{"name": _text(each.name), "slug": each.slug, "color": each.colour} for each in export.tracks],
        "days": [
            {
                "index": day.index,
                "date": day.on.isoformat(),
                "day_start": time_stamp(day.starts_at),
                "day_end": time_stamp(day.ends_at),
                "rooms": _talks_by_room(day),
            }
            for day in days
        ],
    }
    schedule = {"version": export.version, "base_url": f"{export.page}/", "conference": conference}
    return {"$schema": SCHEMA_1, "generator": {"name": GENERATOR, "version": version}, "schedule": schedule}


def represent_schedule_json_2(export: ProgrammeExport, version: str) -> dict:
    """Return version 2, with cancelled talks."""
    days = export.days
    tracks = [{"name": _text(track.name), "slug": track.slug, "color": track.colour} for track in export.tracks]
    talks = [talk for day in days for talk in day.talks]
    if any(talk.track is None for talk in talks):
        tracks.append({"name": export.other, "slug": OTHER_TRACK_SLUG})
    conference = {
        **_conference(export),
        **({"logo": {"url": export.logo}} if export.logo else {}),
        "start": time_stamp(days[0].starts_at),
        "end": time_stamp(days[-1].ends_at),
        "timeslot_duration": "PT5M",
        "rooms": [_room(room) for room in export.exported_rooms],
        "tracks": tracks,
        "days": [
            {"index": day.index, "date": day.on.isoformat(), "start": time_stamp(day.starts_at), "end": time_stamp(day.ends_at)}
            for day in days
        ],
    }  # fmt: skip
    schedule = {"version": export.version, "conference": conference, "events": [_event_2(talk) for talk in talks]}
    generator = {"name": GENERATOR, "version": f"{version} {ALPHA}"}
    return {"$schema": SCHEMA_2, "generator": generator, "schedule": schedule}


def _conference(export):
    optional = {"url": export.website, "time_zone_name": export.timezone_name}
    optional = {name: value for name, value in optional.items() if value}
    return {"acronym": export.acronym, "title": _text(export.event.name), **optional}


def _room(exported):
    room = exported.room
    return {
        "name": _text(exported.name),
        "guid": exported.guid,
        "description": _text(room.description),
        "capacity": room.capacity,
    }


def _talks_by_room(day):
    rooms = {}
    for room, talks in day.by_room().items():
        if held := [_event(talk) for talk in talks if not talk.is_cancelled]:
            rooms.setdefault(_text(room.name), []).extend(held)
    return rooms


def _event(exported):
    talk = exported.talk
    return {
        "guid": exported.guid,
        "id": talk.id,
        "date": time_stamp(exported.starts_at),
        "start": f"{exported.starts_at:%H:%M}",
        "end": time_stamp(exported.ends_at),
        "duration": duration_text(exported.length),
        "room": _text(exported.room.name),
        "slug": exported.slug,
        "url": exported.url,
        "title": _text(talk.title),
        "subtitle": _text(talk.subtitle),
        "track": _text(exported.track.name) if exported.track else "",
        "type": _text(talk.type.title),
        "language": exported.language,
        "abstract": "",
        "description": _text(talk.description),
        "recording_license": "",
        "do_not_record": talk.has_recording_opt_out,
        "persons": [
            {"guid": each.guid, "id": each.id, "name": _text(each.name), **({"url": each.url} if each.url else {})}
            for each in exported.persons
        ],
        "links": [_link(link) for link in exported.links if link.kind != "slides_link"],
        "attachments": [_link(link) for link in exported.links if link.kind == "slides_link"],
        **({"feedback_url": exported.feedback_url} if exported.feedback_url else {}),
    }


def _link(link):
    return {"title": link.title, "url": link.url, "type": LINK_KINDS.get(link.kind, "related")}


def _event_2(exported):
    talk = exported.talk
    links = [{**_link(link), "type": _link(link)["type"].upper()} for link in exported.links]
    if exported.feedback_url:
        links.append({"title": "Feedback", "url": exported.feedback_url, "type": "FEEDBACK"})
    return {
        "guid": exported.guid,
        "start": time_stamp(exported.starts_at),
        "end": time_stamp(exported.ends_at),
        "room": {"guid": exported.room.guid, "name": _text(exported.room.name)},
        "slug": exported.slug,
        "url": exported.url,
        "title": _text(talk.title),
        "subtitle": _text(talk.subtitle),
        "track": {"slug": exported.track.slug if exported.track else OTHER_TRACK_SLUG},
        "type": TYPES.get(talk.type.title, "OTHER"),
        "language": exported.language[:2],
        "abstract": "",
        "description": _text(talk.description),
        "participants": [{"guid": each.guid, "name": _text(each.name), "role": "SPEAKER"} for each in exported.persons],
        "links": links,
        "state": _state(exported),
    }


def _state(exported):
    if exported.is_cancelled:
        return "CANCELED"
    if exported.talk.state == TENTATIVE_TALK:
        return "ACCEPTED"
    return "DELAYED" if _is_delayed(exported.talk, exported) else "CONFIRMED"


def _is_delayed(talk, exported):
    """Return whether a talk was moved to a later time of its day."""
    if talk.moved_from is None or talk.moved_from >= talk.starts_at:
        return False
    return talk.moved_from.astimezone(exported.starts_at.tzinfo).date() == exported.starts_at.date()


def _text(text):
    return INVALID_IN_XML.sub("", text or "")
