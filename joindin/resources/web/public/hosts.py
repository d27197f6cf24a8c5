"""The page of the hosts of an event."""

from joindin.extensions import db, reader
from joindin.http.sessions import session_user
from joindin.queries.event_settings import load_event_settings
from joindin.queries.events import list_hosts
from joindin.resources.web.public.event_frame import event_response, with_event_or_preview
from joindin.resources.web.public.pages import UNPAGED, blp, website_links


@blp.get("/event/<slug>/hosts")
@with_event_or_preview
def hosts_page(event):
    hosts, user = list_hosts(db.session, event.id, UNPAGED).items, session_user()
    return event_response(
        "web/hosts.html",
        event,
        f"{website_links().event_page(event.slug)}/hosts",
        None,
        hosts=hosts,
        contact_address=load_event_settings(reader(), event.id).contact_address,
        is_host=user is not None and (user.is_admin or user.id in {host.user_id for host in hosts}),
    )
