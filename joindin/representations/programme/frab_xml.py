"""The programme in the XML of frab and the c3voc (``application/vnd.c3voc.schedule+xml``). Cancelled talks are left out."""

from joindin.representations.feeds.event_texts import xml_text
from joindin.representations.programme.export import GENERATOR, ProgrammeExport, time_stamp

CONTENT_TYPE = "application/xml; charset=utf-8"


def represent_frab_xml(export: ProgrammeExport, version: str) -> str:
    """Return the document; ``version`` is that of this program."""
    days = export.days
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<schedule>',
        f"<generator{_attributes(name=GENERATOR, version=version)}/>",
        _element("url", export.address),
        _element("version", export.version),
        "<conference>",
        _element("title", export.event.name),
        _element("acronym", export.acronym),
        _element("start", days[0].on.isoformat()),
        _element("end", days[-1].on.isoformat()),
        _element("days", str(len(days))),
        _element("timeslot_duration", "00:05"),
        _element("base_url", f"{export.page}/"),
        _element("logo", export.logo) if export.logo else "",
        _element("url", export.website) if export.website else "",
        _element("time_zone_name", export.timezone_name) if export.timezone_name else "",
        *(f"<track{_attributes(name=each.name, slug=each.slug, color=each.colour)}/>" for each in export.tracks),
        "</conference>",
    ]
    for day in days:
        bounds = {"start": time_stamp(day.starts_at), "end": time_stamp(day.ends_at)}
        parts.append(f"<day{_attributes(index=str(day.index), date=day.on.isoformat(), **bounds)}>")
        for room, talks in day.by_room().items():
            if held := [talk for talk in talks if not talk.is_cancelled]:
                parts += [f"<room{_attributes(name=room.name, guid=room.guid)}>", *map(_event, held), "</room>"]
        parts.append("</day>")
    return "".join([*parts, "</schedule>"])


def duration_text(minutes: int) -> str:
    """Return hours and minutes with two digits each, which all readers understand."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _event(exported):
    talk = exported.talk
    attachments = [link for link in exported.links if link.kind == "slides_link"]
    links = [link for link in exported.links if link.kind != "slides_link"]
    return "".join([
        f"<event{_attributes(id=str(talk.id), guid=exported.guid)}>",
        _element("date", time_stamp(exported.starts_at)),
        _element("start", f"{exported.starts_at:%H:%M}"),
        _element("duration", duration_text(exported.length)),
        _element("room", exported.room.name),
        _element("slug", exported.slug),
        _element("url", exported.url),
        f"<recording><license></license>{_element('optout', 'true' if talk.has_recording_opt_out else 'false')}</recording>",
        _element("title", talk.title),
        _element("subtitle", talk.subtitle),
        _element("track", exported.track.name if exported.track else ""),
        _element("type", talk.type.title),
        _element("language", exported.language),
        "<abstract></abstract>",
        _element("description", talk.description),
        "<persons>",
        *(f"<person{_attributes(id=str(each.id), guid=each.guid)}>{xml_text(each.name)}</person>" for each in exported.persons),
        "</persons><links>",
        *(f'<link{_attributes(href=each.url, type="related")}>{xml_text(each.title)}</link>' for each in links),
        "</links><attachments>",
        *(f'<attachment{_attributes(href=each.url, type="slides")}>{xml_text(each.title)}</attachment>' for each in attachments),
        "</attachments>",
        _element("feedback_url", exported.feedback_url) if exported.feedback_url else "",
        "</event>",
    ])  # fmt: skip


def _element(name, text):
    return f"<{name}>{xml_text(text)}</{name}>"


def _attributes(**values):
    return "".join(f' {name}="{xml_text(value)}"' for name, value in values.items())
