"""The home page, at the address that it shares with the root of the API: browsers prefer HTML (site 2.1)."""

import datetime as dt

from flask import redirect, request

from joindin.extensions import db, reader, site_name
from joindin.http.sessions import session_user
from joindin.http.surface_routing import HOME_PATH
from joindin.queries.agenda.agenda_events import load_agenda_event_records
from joindin.queries.agenda.agenda_lists import AgendaFilter, as_datetime, list_agenda
from joindin.queries.agenda.cities import list_most_used_cities
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.queries.agenda.tags import search_tags
from joindin.queries.event_lists.calls import CallFilter, list_calls
from joindin.queries.own_feedback import list_unrated_talks
from joindin.queries.stars import list_starred_talks
from joindin.queries.web.home import count_events_by_month
from joindin.representations.json_ld.documents import to_script_text
from joindin.representations.json_ld.pages import represent_website
from joindin.representations.programme.days import ends_at
from joindin.resources.web.calls.page import represent_calls
from joindin.resources.web.personal.pages import LONGEST_TALK
from joindin.resources.web.public.pages import blp, on_canonical_host, public_page, website_links
from joindin.utils.datetimes import utc_now

MAX_RECENT_TALKS = 20
RUNNING_EVENTS, COMING_EVENTS, OPEN_CALLS, MAX_CITIES = 5, 10, 5, 10
# A running event ends, or one begins, without a write.
MAX_AGE = dt.timedelta(minutes=1)


@blp.get(HOME_PATH)
@on_canonical_host
def home_page():
    if request.path == HOME_PATH:
        return redirect("/", 301)
    now, user = utc_now(), session_user()
    running = _keys(AgendaFilter(since=now, starts_until=now, is_latest_first=True), RUNNING_EVENTS)
    coming = [
        key for key in _keys(AgendaFilter(starts_from=now), COMING_EVENTS + 1) if as_datetime(key.starts_at) > now
    ][:COMING_EVENTS]
    records = load_agenda_event_records(reader(), [key.id for key in (*running, *coming)])
    calls = list_calls(reader(), CallFilter(with_announced=False), now, most=OPEN_CALLS)
    page = public_page(
        "web/home.html",
        f"{website_links().website}/",
        expires_at=now + MAX_AGE,
        description=load_site_settings(reader())["description"],
        json_ld=to_script_text(represent_website(site_name(), website_links())),
        running=[records[key.id] for key in running if key.id in records],
        coming=[records[key.id] for key in coming if key.id in records],
        is_fresh=not (running or coming or _keys(AgendaFilter(), 1)),
        now=now,
        months=count_events_by_month(reader(), now),
        cities=list_most_used_cities(reader(), most=MAX_CITIES),
        tags=search_tags(reader(), None),
        next_talks=_list_next_talks(user, now) if user else [],
        unrated=list_unrated_talks(db.session, user.id, now) if user else [],
        calls=represent_calls(calls, now),
    )
    # Other clients get the root of the API.
    page.vary.add("Accept")
    return page


def _list_next_talks(user, now):
    """Return the first starred talk that has not ended, as a list."""
    talks = list_starred_talks(db.session, user.id, starts_from=now - LONGEST_TALK, limit=MAX_RECENT_TALKS)
    return [talk for talk in talks if ends_at(talk) > now][:1]


def _keys(agenda_filter, limit):
    return [key for chunk in list_agenda(reader(), agenda_filter, limit=limit) for key in chunk]
