"""The page of the talks that are on now. It changes every minute."""

import datetime as dt

from flask import request

from joindin.extensions import reader
from joindin.models.event_settings import OFF
from joindin.queries.event_settings import load_event_settings
from joindin.queries.programme.event_programme import load_programme
from joindin.representations.programme.now import find_next_talk, list_just_ended, list_rooms_now, minutes_left
from joindin.resources.web.public.event_frame import SCHEDULE, event_response, with_event
from joindin.resources.web.public.pages import blp, website_links
from joindin.utils.datetimes import utc_now


@blp.get("/event/<slug>/now")
@with_event
def now_page(event):
    now = utc_now()
    talks = load_programme(reader(), event.id).talks
    next_talk = find_next_talk(talks, now)
    takes_feedback = load_event_settings(reader(), event.id).feedback_access != OFF
    is_screen = request.args.get("screen") == "1"
    return event_response(
        "web/programme/now_screen.html" if is_screen else "web/programme/now.html",
        event,
        f"{website_links().event_page(event.slug)}/now",
        SCHEDULE,
        rooms_now=list_rooms_now(talks, now),
        next_talk=next_talk,
        begins_at=next_talk.starts_at if next_talk and talks[0].starts_at > now else None,
        ended=list_just_ended(talks, now) if takes_feedback else [],
        has_talks=bool(talks),
        is_over=bool(talks) and event.ends_at < now,
        minutes_left=minutes_left,
        now=now,
        expires_at=next_minute(now),
    )


def next_minute(now: dt.datetime) -> dt.datetime:
    return now.replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
