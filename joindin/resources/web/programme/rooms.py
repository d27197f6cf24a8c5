"""The rooms of an event: where they are, what is on now, what follows, and a display for the door."""

from flask import current_app, request

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.http.pages.qr_codes import qr_code_svg
from joindin.queries.programme.event_programme import load_programme
from joindin.representations.programme.days import group_by_day
from joindin.representations.programme.now import find_next_talk, list_rooms_now, minutes_left
from joindin.resources.web.programme.now import next_minute
from joindin.resources.web.public.event_frame import ROOMS, event_response, with_event_or_preview
from joindin.resources.web.public.pages import blp, printable_or_not_found, website_links
from joindin.utils.datetimes import utc_now


@blp.get("/event/<slug>/rooms")
@with_event_or_preview
def rooms_page(event):
    now = utc_now()
    programme = load_programme(reader(), event.id)
    on_now = {each.room.id: each for each in list_rooms_now(programme.talks, now, ahead=None) if each.room}
    return event_response(
        "web/programme/rooms.html",
        event,
        f"{website_links().event_page(event.slug)}/rooms",
        ROOMS,
        rooms=programme.rooms,
        on_now=on_now,
        now=now,
        minutes_left=minutes_left,
        expires_at=next_minute(now),
    )


@blp.get("/event/<slug>/rooms/<room_slug>")
@with_event_or_preview
def room_page(event, room_slug):
    room_slug, now = printable_or_not_found(room_slug), utc_now()
    programme = load_programme(reader(), event.id)
    room = next((each for each in programme.rooms if each.slug == room_slug), None)
    if room is None:
        raise NotFound("This event has no such room.")
    talks = [talk for talk in programme.talks if talk.room_id == room.id]
    on_now = next(iter(list_rooms_now(talks, now)), None)
    is_screen = request.args.get("screen") == "1"
    return event_response(
        "web/programme/room_screen.html" if is_screen else "web/programme/room.html",
        event,
        f"{website_links().event_page(event.slug)}/rooms/{room.slug}",
        ROOMS,
        room=room,
        current=on_now.current if on_now else [],
        next_talk=find_next_talk(talks, now),
        found_days=group_by_day(event, talks),
        now=now,
        minutes_left=minutes_left,
        code=_feedback_code(room),
        expires_at=next_minute(now),
    )


def _feedback_code(room):
    """Return address and QR code of the short address of a room; None while the site has no such page."""
    rules = current_app.url_map.iter_rules()
    if not any(rule.rule.startswith("/r/<") for rule in rules):
        return None
    address = f"{website_links().website}/r/{room.code}"
    return address, qr_code_svg(address)
