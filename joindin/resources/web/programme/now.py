"""The page of the talks that are on now. It changes every minute."""

import datetime as dt

from flask import request

from joindin.extensions import reader
from joindin.queries.programme.event_programme import load_programme
from joindin.representations.programme.now import find_next_talk, list_rooms_now, minutes_left
from joindin.resources.web.public.event_frame import SCHEDULE, event_response, with_event
from joindin.resources.web.public.pages import blp, website_links
from joindin.utils.datetimes import utc_now


@blp.get("/event/<slug>/now")
@with_event
def now_page(event):
    now = utc_now()
    talks = load_programme(reader(), event.id).talks
    is_screen = request.args.get("screen") == "1"
    return event_response(
        "web/programme/now_screen.html" if is_screen else "web/programme/now.html",
        event,
        f"{website_links().event_page(event.slug)}/now",
        SCHEDULE,
        rooms_now=list_rooms_now(talks, now),
        next_talk=find_next_talk(talks, now),
        has_talks=bool(talks),
        is_over=bool(talks) and event.ends_at < now,
        minutes_left=minutes_left,
        now=now,
        expires_at=next_minute(now),
    )


def next_minute(now: dt.datetime) -> dt.datetime:
    return now.replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
