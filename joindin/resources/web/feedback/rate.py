"""Pages with the scale of one talk: by the code on a slide (``/f/``) and by the code of a room (``/r/``).

The page of a talk is the same for all visitors at all times, so the response cache keeps it. The sending route checks
whether feedback is open.
"""

import datetime as dt

from flask import current_app, request

from joindin.extensions import db, reader
from joindin.http.pages.languages import set_page_language
from joindin.http.sessions import session_user
from joindin.operations.feedback.windows import feedback_window
from joindin.queries.event_settings import load_event_settings
from joindin.queries.feedback.rated_talks import find_rated_now, find_room_by_code, get_room, list_room_talks
from joindin.representations.programme.days import programme_day
from joindin.resources.web.feedback.common import RatedTalk, find_rated_talk, scale_words
from joindin.resources.web.public.pages import (
    blp,
    on_canonical_host,
    printable_or_not_found,
    public_page,
    redirect_links,
    redirect_moved,
    requested_rest,
    website_links,
)
from joindin.security.room_keys import is_room_key
from joindin.utils.datetimes import utc_now

ONE_DAY = dt.timedelta(days=1)
# How long after their start talks stay in the list of their room, also if the day of the programme has ended.
LISTED_TIME = dt.timedelta(hours=12)


@blp.get("/f/<stub>")
@on_canonical_host
def rate_page(stub):
    return _scale_page(find_rated_talk(stub))


@blp.get("/r/<code>")
@on_canonical_host
def rate_room_page(code):
    """Show the scale of the talk that has just been in the room; else the talks of the programme's day there."""
    room, event = find_room_by_code(db.session, printable_or_not_found(code))
    if code != room.code:
        return redirect_moved(f"{redirect_links().website}/r/{room.code}{requested_rest(f'/r/{code}')}")
    now = utc_now()
    talks = list_room_talks(db.session, room.id, starts_from=now - ONE_DAY, starts_before=now + ONE_DAY)
    current = find_rated_now(talks, now)
    key = request.args.get("k", "") if has_room_key(room, request.args.get("k", "")) else ""
    if current is not None:
        rated = RatedTalk(current, event, load_event_settings(reader(), event.id))
        return _scale_page(rated, room=room, key=key, expires_at=now)
    today = programme_day(event, now)
    listed = [
        talk
        for talk in talks
        if programme_day(event, talk.starts_at) == today or now - LISTED_TIME <= talk.starts_at <= now
    ]
    return public_page(
        "web/feedback/room.html",
        f"{website_links().website}/r/{room.code}",
        expires_at=now,
        room=room,
        event=event,
        begun=[talk for talk in listed if talk.starts_at <= now],
        later=[talk for talk in listed if talk.starts_at > now],
        key=key,
    )


def has_room_key(room, key: str) -> bool:
    """Return whether the key is that of the room's current sheets."""
    secret = current_app.secret_key
    return (
        room is not None
        and bool(key)
        and is_room_key(key, secret, event_id=room.event_id, room_id=room.id, generation=room.key_generation)
    )


def room_of(talk):
    """Return the row of the room of a talk; None if it has none."""
    return get_room(reader(), talk.room_id)


def _scale_page(rated, *, room=None, key="", expires_at=None):
    """Show the scale of a talk until feedback closes, also before the talk begins: the script then sends a rating later.

    Without ``expires_at``, the page holds until feedback closes.
    """
    set_page_language()
    now = utc_now()
    window = feedback_window(rated.event, rated.talk, rated.settings, now=now)
    return public_page(
        "web/feedback/rate.html",
        f"{website_links().website}/f/{rated.talk.stub}",
        expires_at=expires_at or (window.closes_at if window.closes_at >= now else None),
        window=window,
        talk=rated.talk,
        event=rated.event,
        settings=rated.settings,
        room=room or room_of(rated.talk),
        key=key or request.args.get("k", "")[:16],
        words=scale_words(rated.settings),
        is_signed_in=session_user() is not None,
    )
