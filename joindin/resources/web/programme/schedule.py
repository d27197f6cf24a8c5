"""The schedule of an event: all days, or one. A list on a narrow screen and on paper, a grid on a wide one."""

import datetime as dt
from dataclasses import replace
from urllib.parse import urlencode

from flask import current_app, redirect

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.http.pages.languages import event_dates, page_clock, page_language
from joindin.http.security_headers import allow_style
from joindin.http.sessions import session_user
from joindin.models import Event
from joindin.permissions import can_edit_event
from joindin.queries.event_visibility import load_viewer_with_access
from joindin.queries.programme.event_programme import list_starred_ids, load_programme
from joindin.queries.programme.talk_feedback import list_talk_feedback
from joindin.representations.programme.days import group_by_day
from joindin.representations.programme.filters import Selection, list_choices, select_talks
from joindin.representations.programme.grid import overlapping_ids
from joindin.representations.programme.now import current_day
from joindin.resources.web.feedback.common import LINK_NAMES, link_pairs
from joindin.resources.web.programme.feedback_marks import feedback_mark, with_feedback
from joindin.resources.web.programme.fragments import cached_fragment
from joindin.resources.web.programme.grid_styles import day_grid
from joindin.resources.web.programme.selection import ZONES, Look, read_look, read_selection
from joindin.resources.web.programme.star_marks import star_mark, with_star_buttons
from joindin.resources.web.public.event_frame import SCHEDULE, event_response, with_event_or_preview
from joindin.resources.web.public.pages import blp, redirect_links, website_links
from joindin.utils.datetimes import get_timezone, utc_now

# An event with more talks has one page a day.
MAX_TALKS_OF_PAGE = 250
# Types of the links that stand in the schedule.
MATERIAL = ("slides_link", "video_link")


@blp.get("/event/<slug>/schedule")
@with_event_or_preview
def schedule_page(event):
    selection, starred_ids = _read_selection(event)
    look = read_look(event, None)
    if event.talk_count > MAX_TALKS_OF_PAGE:
        talks = load_programme(reader(), event.id).talks
        found = select_talks(event, talks, selection, starred_ids)
        if len(found) > MAX_TALKS_OF_PAGE:
            return _redirect_to_day(event, group_by_day(event, found), look, selection)
    return _schedule_response(event, look, selection, starred_ids)


@blp.get("/event/<slug>/schedule/<day>")
@with_event_or_preview
def schedule_day_page(event, day):
    selection, starred_ids = _read_selection(event)
    look = read_look(event, _parse_day(day))
    try:
        return _schedule_response(event, look, selection, starred_ids)
    except NotFound:
        return _other_days_response(event)


def _other_days_response(event):
    """Name the days that have talks; :raises NotFound: if there are none."""
    days = group_by_day(event, load_programme(reader(), event.id).talks)
    if not days:
        raise NotFound("This event has no talks.")
    response = event_response("web/programme/other_days.html", event, None, SCHEDULE, days=list(days))
    if response.status_code == 200:
        response.status_code = 404
    return response


def _read_selection(event):
    selection = read_selection(is_signed_in=session_user() is not None)
    return selection, _starred_ids(event) if selection.is_starred else frozenset()


def _html_of_caller(event, fragment, look, *, is_cached):
    """Return the part with stars and feedback for the caller, of which a preview has none."""
    if not event.is_visible:
        return fragment.html
    user = session_user()
    feedback = list_talk_feedback(reader(), event.id, user and user.id)
    return with_feedback(_with_star_buttons(event, fragment, look, is_cached=is_cached), event, feedback)


def _with_star_buttons(event, fragment, look, *, is_cached):
    """Return the part with the buttons of the caller. That of visitors is cached, as it is the same for all of them."""
    if session_user() is not None or not is_cached:
        return with_star_buttons(fragment.html, _starred_ids(event))
    cache = current_app.extensions["fragment_cache"]
    key = ("programme", "schedule of visitors", event.id, event.programme_version, page_language(), page_clock(), look)
    html = cache.get(key)
    if html is None:
        html = with_star_buttons(fragment.html, ())
        cache.put(key, html, 2 * len(html))
    return html


def _starred_ids(event):
    user = session_user()
    return frozenset() if user is None else list_starred_ids(reader(), event.id, user.id)


def _parse_day(text):
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise NotFound("Page not found")
    return day


def _redirect_to_day(event, days, look, selection):
    """Redirect to the day that it is at the event, or the first one."""
    day = current_day(event, days, utc_now())
    query = urlencode([*look.query(), *selection.query()])
    path = f"{redirect_links().event_page(event.slug)}/schedule/{day.isoformat()}"
    response = redirect(f"{path}?{query}" if query else path, 302)
    response.cache_control.no_store = True
    return response


def _schedule_response(event: Event, look: Look, selection: Selection, starred_ids):
    is_host = _is_host(event)

    def build(programme):
        variables = _variables(event, programme, look, selection, starred_ids)
        variables["overlapping_ids"] = overlapping_ids(programme.talks) if is_host else frozenset()
        return "web/programme/_schedule.html", variables

    name = "schedule of hosts" if is_host else "schedule"
    fragment = cached_fragment(event, name, look, build, is_cached=selection.is_empty)
    if fragment.style:
        allow_style(fragment.style)
    path = f"{website_links().event_page(event.slug)}/schedule"
    return event_response(
        "web/programme/schedule.html",
        event,
        f"{path}/{look.day.isoformat()}" if look.day else path,
        SCHEDULE,
        contents=fragment.contents,
        fragment=fragment,
        html=_html_of_caller(event, fragment, look, is_cached=selection.is_empty),
        look=look,
        is_starred=selection.is_starred,
        starred_query=_query(look, replace(selection, is_starred=not selection.is_starred), (), {}) or "?",
    )


def _is_host(event):
    user = session_user()
    return user is not None and can_edit_event(load_viewer_with_access(reader(), event.id, user), event)


def _variables(event, programme, look, selection, starred_ids):
    days = list(group_by_day(event, programme.talks))
    if look.day and look.day not in days:
        raise NotFound("This event has no talks on that day.")
    talks = programme.talks
    if look.day:
        talks = group_by_day(event, talks)[look.day]
    found = select_talks(event, talks, selection, starred_ids)
    found_days = group_by_day(event, found)
    look = look._replace(zone=_different_zone(event, talks, look.zone))
    grids = {
        day: day_grid(event, day, of_day, programme.rooms, look.view, look.columns)
        for day, of_day in found_days.items()
    }
    index = days.index(look.day) if look.day else None
    return {
        "look": look,
        "days": days,
        "found_days": found_days,
        "found": found,
        "talks": talks,
        "grids": grids,
        "style": "".join(grid.style for grid in grids.values() if grid),
        "selection": selection,
        "choices": list_choices(event, talks, selection, starred_ids),
        "previous_day": days[index - 1] if index else None,
        "next_day": days[index + 1] if index is not None and index + 1 < len(days) else None,
        "path": f"/event/{event.slug}/schedule",
        "zones": ZONES,
        "calendar_query": _calendar_query(look, selection),
        "query": lambda *removed, **changed: _query(look, selection, removed, changed),
        "dates": event_dates(event.timezone),
        "feedback_mark": feedback_mark,
        "star_mark": star_mark,
        "material": _list_material,
    }


def _list_material(talk):
    """Return names and URLs of slides and recordings."""
    return [(LINK_NAMES[type_], url) for type_, url in link_pairs(talk) if type_ in MATERIAL]


def _query(look, selection, removed, changed):
    """Return the query string of a link that changes one thing: ``removed`` is a group and a value of the filters."""
    selection = selection.without(*removed) if removed else selection
    if "view" in changed:
        changed["is_default_view"] = False
    query = urlencode([*look._replace(**changed).query(), *selection.query()])
    return f"?{query}" if query else ""


def _calendar_query(look, selection):
    """Return the parameters of the calendar of the talks on this page. That of one's own stars has a secret address."""
    day = [("day", look.day.isoformat())] if look.day else []
    return urlencode([*selection.without("starred", "1").query(), *day])


def _different_zone(event, talks, zone):
    """Return the zone if its clock differs from that of the event at a talk; else the empty text."""
    if not zone:
        return ""
    here, there = get_timezone(event.timezone), get_timezone(zone)
    differs = any(
        talk.starts_at.astimezone(here).utcoffset() != talk.starts_at.astimezone(there).utcoffset() for talk in talks
    )
    return zone if differs else ""
