"""Pages for frames on other web sites: the schedule of an event, one talk, and the talks of a speaker (site 2.7).

An event whose hosts do not allow frames is in none of them, and neither are its talks.
"""

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.http.pages.languages import set_default_language
from joindin.models import Event
from joindin.queries.agenda.event_aliases import find_event_by_former_address
from joindin.queries.event_records import get_event_row
from joindin.queries.event_settings import WITH_PAGE_SETTINGS, list_events_without_frames, load_event_settings
from joindin.queries.events import find_event_by_slug, load_events
from joindin.queries.programme.event_programme import load_programme, load_rooms
from joindin.queries.talk_records import find_talk_record_by_stub
from joindin.representations.programme.days import ends_at, group_by_day
from joindin.resources.web.public.embeds import frame_page
from joindin.resources.web.public.pages import blp, printable_or_not_found
from joindin.resources.web.public.users import find_active_user, load_talks_by_time
from joindin.utils.datetimes import utc_now


@blp.get("/embed/event/<slug>/schedule")
def embedded_schedule(slug):
    event = _find_event(printable_or_not_found(slug))
    if not load_event_settings(reader(), event.id).is_embed_allowed:
        raise NotFound("Event not found")
    set_default_language(event.page_language)
    talks = load_programme(reader(), event.id).talks
    return frame_page("web/embed_schedule.html", event=event, days=group_by_day(event, talks))


@blp.get("/embed/talk/<stub>")
def embedded_talk(stub):
    talk = find_talk_record_by_stub(reader(), printable_or_not_found(stub))
    settings, event = load_event_settings(reader(), talk.event_id), get_event_row(reader(), talk.event_id)
    if not settings.is_embed_allowed:
        raise NotFound("Talk not found")
    set_default_language(settings.language)
    rooms = {room.id: room for room in load_rooms(reader(), event.id)}
    return frame_page("web/embed_talk.html", event=event, talk=talk, room=rooms.get(talk.room_id))


@blp.get("/embed/user/<rest:username>")
def embedded_user(username):
    """Show the talks of a speaker, without those whose name waits for the hosts."""
    user, now = find_active_user(username), utc_now()
    talks = load_talks_by_time(user.id, now)
    event_ids = {talk.event_id for each in talks.values() for talk in each}
    events = load_events(db.session, event_ids - list_events_without_frames(reader(), event_ids))
    coming, past = ([talk for talk in talks[name] if _is_shown(talk, user, events)] for name in ("next", "past"))
    return frame_page(
        "web/embed_user.html",
        expires_at=min((ends_at(talk) for talk in coming), default=None),
        user=user,
        next_talks=coming,
        past_talks=past,
        events=events,
    )


def _is_shown(talk, user, events):
    return talk.event_id in events and any(speaker.user_id == user.id for speaker in talk.speakers)


def _find_event(slug) -> Event:
    """Return the public event with that slug, or one that had it: a frame stays as it is when the slug changes.

    :raises NotFound: if there is none.
    """
    try:
        return find_event_by_slug(db.session, slug, WITH_PAGE_SETTINGS)
    except NotFound:
        current = find_event_by_former_address(db.session, slug, None).slug
        if not current or current == slug:
            raise
        return find_event_by_slug(db.session, current, WITH_PAGE_SETTINGS)
