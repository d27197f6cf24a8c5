"""A person's page."""

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.queries.accounts.users import user_named
from joindin.queries.events import list_attended_events, list_hosted_events, load_events
from joindin.queries.keyed_lists import read_whole
from joindin.queries.paging import Paging
from joindin.queries.talk_records import read_talks
from joindin.queries.talks import list_user_talks
from joindin.resources.web.public.pages import at_home, blp, readable, show, website

EVERYTHING = Paging(size=0)


@blp.get("/user/<rest:username>")
@at_home
def show_person(username):
    user = user_named(db.session, readable(username))
    if user is None or not user.is_active:
        raise NotFound("User not found")
    talks = read_whole(reader(), list_user_talks(reader(), user.id, EVERYTHING), read_talks)
    hosted = list_hosted_events(reader(), user.id, EVERYTHING, only_visible=True).items
    attended = list_attended_events(reader(), user.id, EVERYTHING).items
    events = load_events(db.session, {key.id for key in (*hosted, *attended)} | {talk.event_id for talk in talks})
    return show(
        "web/person.html",
        website().user_page(user.username),
        user=user,
        talks=talks,
        events=events,
        hosted=[events[key.id] for key in hosted],
        attended=[events[key.id] for key in attended],
    )
