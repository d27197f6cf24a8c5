"""The page of a user, and the full lists of their talks, events and comments below it."""

import datetime as dt
from collections.abc import Sequence
from functools import partial

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.http.pages.paging import read_page_number
from joindin.http.sessions import session_user
from joindin.models import User
from joindin.models.event_settings import NO_RATING, OFF
from joindin.queries.accounts.users import get_user_by_username
from joindin.queries.events import list_attended_events_with_name, list_hosted_events, load_events
from joindin.queries.keyed_lists import load_in_order
from joindin.queries.paging import Page, Paging
from joindin.queries.talk_records import load_talk_records
from joindin.queries.talks import list_user_talks
from joindin.queries.web.people import (
    list_languages_of_talks,
    list_named_comments,
    list_talk_ids_before,
    list_talk_ids_from,
    load_feedback_schemes,
)
from joindin.representations.json_ld.documents import to_script_text
from joindin.representations.json_ld.pages import represent_profile
from joindin.representations.programme.days import ends_at
from joindin.resources.web.feedback.comment_lists import Pages, paging_of
from joindin.resources.web.feedback.common import named_links
from joindin.resources.web.public.pages import (
    blp,
    on_canonical_host,
    printable_or_not_found,
    public_page,
    redirect_links,
    redirect_to_spelling,
    website_links,
)
from joindin.utils.datetimes import utc_now

# On the page of a user.
NEWEST_EVENTS, NEWEST_COMMENTS = Paging(0, 10), Paging(0, 5)
MAX_TALKS = 20
# How long before now a coming talk may have begun.
LONGEST_TALK = dt.timedelta(hours=12)
ITEMS_PER_PAGE = 50


@blp.get("/user/<rest:username>")
@on_canonical_host
def user_page(username):
    user, viewer, now = find_active_user(username), session_user(), utc_now()
    if user.username != username:
        return redirect_to_spelling(redirect_links().user_page(user.username))
    talks = load_talks_by_time(user.id, now)
    hosted = list_hosted_events(reader(), user.id, NEWEST_EVENTS)
    attended = list_attended_events_with_name(reader(), user.id, NEWEST_EVENTS)
    comments = list_named_comments(db.session, user.id, NEWEST_COMMENTS)
    return public_page(
        "web/user.html",
        website_links().user_page(user.username),
        expires_at=min((ends_at(talk) for talk in talks["next"]), default=None),
        website=website_links().website,
        user=user,
        is_own=viewer is not None and viewer.id == user.id,
        languages=list_languages_of_talks(reader(), user.id),
        json_ld=to_script_text(represent_profile(user, website_links())),
        comments=comments.items,
        totals={
            "talks": list_user_talks(reader(), user.id, Paging(0, 1)).total,
            "hosted": hosted.total,
            "events": attended.total,
            "comments": comments.total,
        },
        next_talks=talks["next"],
        past_talks=talks["past"],
        **_load([*talks["next"], *talks["past"]], hosted=hosted, events=attended),
    )


def load_talks_by_time(user_id, now):
    """Return the first talks that have not ended, and the latest that have: six statements."""
    coming_ids = list_talk_ids_from(reader(), user_id, now - LONGEST_TALK, MAX_TALKS)
    past_ids = list_talk_ids_before(reader(), user_id, now, MAX_TALKS)
    records = load_talk_records(reader(), {*coming_ids, *past_ids})
    coming = [records[id_] for id_ in coming_ids if id_ in records and ends_at(records[id_]) > now]
    return {"next": coming, "past": [records[id_] for id_ in past_ids if id_ in records and records[id_] not in coming]}


def _list_page(name, read, username):
    user, number = find_active_user(username), read_page_number()
    if user.username != username:
        return redirect_to_spelling(f"{redirect_links().user_page(user.username)}/{name}")
    page = read(user.id, paging_of(number, ITEMS_PER_PAGE))
    return public_page(
        "web/user_list.html",
        f"{website_links().user_page(user.username)}/{name}",
        user=user,
        list_name=name,
        pages=Pages(number, page.total, ITEMS_PER_PAGE),
        **_list_items(name, page),
    )


def find_active_user(username: str) -> User:
    """:raises NotFound: if there is no such user, or the account is not active."""
    user = get_user_by_username(db.session, printable_or_not_found(username))
    if user is None or not user.is_active:
        raise NotFound("User not found")
    return user


def _list_items(name, page):
    if name == "comments":
        return {"comments": page.items}
    return _load(load_in_order(reader(), page, load_talk_records)) if name == "talks" else _load(**{name: page})


def _load(talks: Sequence = (), **event_pages: Page) -> dict:
    """Return ``talks`` with their events, ratings and links, and the events of pages of keys by the names of the arguments."""
    event_ids = {talk.event_id for talk in talks}
    schemes = load_feedback_schemes(reader(), event_ids) if talks else {}
    events = load_events(db.session, event_ids | {key.id for page in event_pages.values() for key in page.items})
    lists = {name: [events[key.id] for key in page.items if key.id in events] for name, page in event_pages.items()}
    for talk in talks:
        talk.has_public_rating = talk.feedback_access != OFF and schemes.get(talk.event_id) != NO_RATING
        talk.material = named_links(talk)
    return {"talks": talks, "events_by_id": events, **lists}


LISTS = {
    "talks": lambda user_id, paging: list_user_talks(reader(), user_id, paging),
    "hosted": lambda user_id, paging: list_hosted_events(reader(), user_id, paging),
    "events": lambda user_id, paging: list_attended_events_with_name(reader(), user_id, paging),
    "comments": lambda user_id, paging: list_named_comments(db.session, user_id, paging),
}
for _name, _read in LISTS.items():
    _view = on_canonical_host(partial(_list_page, _name, _read))
    blp.add_url_rule(f"/user/<rest:username>/{_name}", f"user_{_name}_page", _view)
