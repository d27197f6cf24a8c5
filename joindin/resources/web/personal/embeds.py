"""Page with pieces of HTML that speakers and hosts copy to other web sites (site 2.6)."""

from joindin.extensions import db, reader
from joindin.http.pages.paging import pager_arguments, read_page_number
from joindin.http.pages.template_formatting import display_name
from joindin.http.sessions import require_user, sign_in_required
from joindin.queries.event_settings import list_events_without_frames
from joindin.queries.events import list_hosted_events, load_events
from joindin.queries.own_feedback import list_spoken_talks
from joindin.representations.embed_snippets import event_snippets, talk_snippet, user_snippet
from joindin.resources.web.personal.pages import paging_of, private_page
from joindin.resources.web.public.pages import blp, website_links

PAGE_SIZE = 20


@blp.get("/me/embed/")
@sign_in_required
def own_embeds_page():
    """Show the snippets of the user's talks and of the public events that the user hosts."""
    user, number, links = require_user(), read_page_number(), website_links()
    paging = paging_of(number, PAGE_SIZE)
    talks = list_spoken_talks(db.session, user.id, paging)
    hosted = list_hosted_events(reader(), user.id, paging)
    events = load_events(db.session, {key.id for key in hosted.items})
    hosted_events = [events[key.id] for key in hosted.items if key.id in events]
    closed = list_events_without_frames(reader(), {*events, *(talk.event_id for talk in talks.items)})
    own = user_snippet(display_name(user), user.username, links)
    return private_page(
        "web/personal/embeds.html",
        own=own if talks.total else None,
        talks=[
            (talk, talk_snippet(talk.event, talk, links) if talk.event_id not in closed else None)
            for talk in talks.items
        ],
        events=[(event, event_snippets(event, links) if event.id not in closed else []) for event in hosted_events],
        **pager_arguments(number, PAGE_SIZE, max(talks.total, hosted.total)),
    )
