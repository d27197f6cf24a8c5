"""Lists of an event's programme: all abstracts, talks and speakers from A to Z, slides."""

from urllib.parse import urlencode

from flask import redirect, request

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.http.pages.languages import event_dates
from joindin.http.sessions import session_user
from joindin.permissions import can_edit_event
from joindin.queries.event_visibility import load_viewer_with_access
from joindin.queries.programme.event_programme import has_track, load_programme
from joindin.representations.programme.days import group_by_day
from joindin.representations.programme.filters import list_choices, select_talks
from joindin.representations.programme.people import group_by_letter, list_speakers
from joindin.resources.web.feedback.common import LINK_NAMES, link_pairs
from joindin.resources.web.programme.fragments import cached_fragment
from joindin.resources.web.programme.selection import read_selection
from joindin.resources.web.public.event_frame import (
    SCHEDULE,
    SLIDES,
    SPEAKERS,
    event_response,
    with_event,
    with_event_or_preview,
)
from joindin.resources.web.public.pages import blp, redirect_links, website_links
from joindin.utils.text import fold_case_accents, parse_id

# Kinds of links to material, and their names on pages.
MATERIAL = {type: name for type, name in LINK_NAMES.items() if type != "joindin_link"}


@blp.get("/event/<slug>/programme")
@with_event_or_preview
def programme_page(event):
    return _list_page(
        event, "programme", SCHEDULE, lambda programme: {"found_days": group_by_day(event, programme.talks)}
    )


@blp.get("/event/<slug>/talks")
@with_event_or_preview
def talks_page(event):
    selection = read_selection(is_signed_in=False)

    def variables(programme):
        found = select_talks(event, programme.talks, selection)
        return {
            "talks": programme.talks,
            "found": found,
            "letters": group_by_letter(sorted(found, key=_title_key), _title_key),
            "selection": selection,
            "choices": list_choices(event, programme.talks, selection),
            "query": lambda *removed: f"?{urlencode(selection.without(*removed).query())}",
            "dates": event_dates(event.timezone),
        }

    return _list_page(event, "talks", SCHEDULE, variables, is_cached=selection.is_empty)


@blp.get("/event/<slug>/speakers")
@with_event_or_preview
def speakers_page(event):
    def variables(programme):
        speakers = list_speakers(programme.talks)
        return {"letters": group_by_letter(speakers, lambda speaker: speaker.sort_key[0])}

    return _list_page(event, "speakers", SPEAKERS, variables)


@blp.get("/event/<slug>/tracks/<track_id>")
@with_event
def redirect_track(event, track_id):
    """Redirect ``<id>-<any text>`` to the schedule of the track."""
    track_id = parse_id(track_id.partition("-")[0])
    if track_id is None or not has_track(reader(), event.id, track_id):
        raise NotFound("This event has no such track.")
    return redirect(f"{redirect_links().event_page(event.slug)}/schedule?track={track_id}", 302)


@blp.get("/event/<slug>/slides")
@with_event_or_preview
def slides_page(event):
    kind = request.args.get("type", "")
    kind = kind if kind in MATERIAL else ""
    talks = load_programme(reader(), event.id).talks
    with_material = [(talk, links) for talk in talks if (links := _links_of(talk))]
    shown = [(talk, [link for link in links if kind in ("", link[0])]) for talk, links in with_material]
    return event_response(
        "web/programme/slides.html",
        event,
        f"{website_links().event_page(event.slug)}/slides",
        SLIDES,
        talks=[(talk, links) for talk, links in shown if links],
        kinds={link[0] for _, links in with_material for link in links},
        kind=kind,
        material=MATERIAL,
        missing=_list_missing(event, talks),
        own_missing=_list_own_missing(talks),
    )


def _links_of(talk):
    """Return kind and address of the material."""
    return [(kind, url) for kind, url in link_pairs(talk) if kind in MATERIAL]


def _list_missing(event, talks):
    """Return the talks without slides, if the caller may edit the event."""
    user = session_user()
    if user is None or not can_edit_event(load_viewer_with_access(reader(), event.id, user), event):
        return []
    return [talk for talk in talks if not _has_slides(talk)]


def _list_own_missing(talks):
    """Return the talks of the caller without slides."""
    user = session_user()
    if user is None:
        return []
    own = (talk for talk in talks if any(speaker.user_id == user.id for speaker in talk.speakers))
    return [talk for talk in own if not _has_slides(talk)]


def _has_slides(talk):
    return any(kind == "slides_link" for kind, _ in _links_of(talk))


def _title_key(talk):
    return fold_case_accents(talk.title).strip(" \"'„“«»¿¡#.-")


def _list_page(event, name, tab, variables, *, is_cached=True):
    def build(programme):
        return f"web/programme/_{name}.html", variables(programme)

    fragment = cached_fragment(event, name, None, build, is_cached=is_cached)
    return event_response(
        f"web/programme/{name}.html",
        event,
        f"{website_links().event_page(event.slug)}/{name}",
        tab,
        contents=fragment.contents,
        fragment=fragment,
    )
