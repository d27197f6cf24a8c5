"""The page of a user, and the full lists of their talks, events and comments below it."""

from functools import partial

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.models import User
from joindin.queries.accounts.users import get_user_by_username
from joindin.queries.events import list_attended_events_with_name, list_hosted_events, load_events
from joindin.queries.keyed_lists import load_in_order
from joindin.queries.paging import Page, Paging
from joindin.queries.talk_records import load_talk_records
from joindin.queries.talks import list_user_talks
from joindin.queries.web.people import list_named_comments
from joindin.representations.json_ld.documents import to_script_text
from joindin.representations.json_ld.pages import represent_profile
from joindin.resources.web.feedback.comment_lists import Pages, paging_of, requested_page
from joindin.resources.web.public.pages import (
    blp,
    on_canonical_host,
    printable_or_not_found,
    public_page,
    website_links,
)

# On the page of a user.
NEWEST_TALKS, NEWEST_EVENTS, NEWEST_COMMENTS = Paging(0, 20), Paging(0, 10), Paging(0, 5)
ITEMS_PER_PAGE = 50


@blp.get("/user/<rest:username>")
@on_canonical_host
def user_page(username):
    user = _find_user(username)
    talks = list_user_talks(reader(), user.id, NEWEST_TALKS)
    hosted = list_hosted_events(reader(), user.id, NEWEST_EVENTS)
    attended = list_attended_events_with_name(reader(), user.id, NEWEST_EVENTS)
    comments = list_named_comments(db.session, user.id, NEWEST_COMMENTS)
    return public_page(
        "web/user.html",
        website_links().user_page(user.username),
        website=website_links().website,
        user=user,
        json_ld=to_script_text(represent_profile(user, website_links())),
        comments=comments.items,
        totals={
            "talks": talks.total,
            "hosted": hosted.total,
            "events": attended.total,
            "comments": comments.total,
        },
        **_load(talks=talks, hosted=hosted, events=attended),
    )


def _list_page(name, read, username):
    user, number = _find_user(username), requested_page()
    page = read(user.id, paging_of(number, ITEMS_PER_PAGE))
    return public_page(
        "web/user_list.html",
        f"{website_links().user_page(user.username)}/{name}",
        user=user,
        list_name=name,
        pages=Pages(number, page.total, ITEMS_PER_PAGE),
        **({"comments": page.items} if name == "comments" else _load(**{name: page})),
    )


def _find_user(username: str) -> User:
    user = get_user_by_username(db.session, printable_or_not_found(username))
    if user is None or not user.is_active:
        raise NotFound("User not found")
    return user


def _load(talks: Page | None = None, **event_pages: Page) -> dict:
    """Return the talks and events of pages of keys by the names of the arguments, and ``events_by_id`` for the talks."""
    talk_records = load_in_order(reader(), talks, load_talk_records) if talks else []
    event_ids = {key.id for page in event_pages.values() for key in page.items}
    events = load_events(db.session, event_ids | {talk.event_id for talk in talk_records})
    lists = {name: [events[key.id] for key in page.items if key.id in events] for name, page in event_pages.items()}
    return {"talks": talk_records, "events_by_id": events, **lists}


LISTS = {
    "talks": lambda user_id, paging: list_user_talks(reader(), user_id, paging),
    "hosted": lambda user_id, paging: list_hosted_events(reader(), user_id, paging),
    "events": lambda user_id, paging: list_attended_events_with_name(reader(), user_id, paging),
    "comments": lambda user_id, paging: list_named_comments(db.session, user_id, paging),
}
for _name, _read in LISTS.items():
    _view = on_canonical_host(partial(_list_page, _name, _read))
    blp.add_url_rule(f"/user/<rest:username>/{_name}", f"user_{_name}_page", _view)
