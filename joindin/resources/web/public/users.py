"""The page of a user."""

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.queries.accounts.users import get_user_by_username
from joindin.queries.attendance import list_events_with_name
from joindin.queries.events import list_attended_events, list_hosted_events, load_events
from joindin.queries.keyed_lists import load_in_order
from joindin.queries.talk_records import load_talk_records
from joindin.queries.talks import list_user_talks
from joindin.resources.web.public.pages import (
    UNPAGED,
    blp,
    on_canonical_host,
    printable_or_not_found,
    public_page,
    website_links,
)


@blp.get("/user/<rest:username>")
@on_canonical_host
def user_page(username):
    user = get_user_by_username(db.session, printable_or_not_found(username))
    if user is None or not user.is_active:
        raise NotFound("User not found")
    talks = load_in_order(reader(), list_user_talks(reader(), user.id, UNPAGED), load_talk_records)
    hosted = list_hosted_events(reader(), user.id, UNPAGED).items
    listed = list_events_with_name(db.session, user.id)
    attended = [key for key in list_attended_events(reader(), user.id, UNPAGED).items if key.id in listed]
    events = load_events(db.session, {key.id for key in (*hosted, *attended)} | {talk.event_id for talk in talks})
    return public_page(
        "web/user.html",
        website_links().user_page(user.username),
        website=website_links().website,
        user=user,
        talks=talks,
        events=events,
        hosted=[events[key.id] for key in hosted],
        attended=[events[key.id] for key in attended],
    )
