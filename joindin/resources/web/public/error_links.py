"""Links on error pages: the pages and the hosts of the event that the requested address is below."""

from flask import Flask, request

from joindin.errors import NotFound
from joindin.extensions import db
from joindin.models import Event, User
from joindin.queries.events import find_event_by_slug, list_hosts
from joindin.queries.paging import Paging
from joindin.resources.web.public.event_frame import load_event_frame
from joindin.utils.text import strip_control_chars

MAX_NAMED_HOSTS = 5


def init_app(app: Flask) -> None:
    app.jinja_env.globals |= {"event_of_address": event_of_address, "hosts_of_address": hosts_of_address}


def event_of_address():
    """Return the public event and the tabs of its pages; None and no tabs if the address is not below one."""
    event = _find_event()
    return (event, load_event_frame(event, None).tabs) if event else (None, ())


def hosts_of_address() -> list[User]:
    """Return some hosts of the public event that the address is below; none if it is not below one."""
    event = _find_event()
    hosts = list_hosts(db.session, event.id, Paging(0, MAX_NAMED_HOSTS)).items if event else ()
    return [host.user for host in hosts]


def _find_event() -> Event | None:
    _, first, slug, *_ = [*request.path.split("/"), "", ""]
    if first != "event" or not slug or slug != strip_control_chars(slug):
        return None
    try:
        return find_event_by_slug(db.session, slug, options=())
    except NotFound:
        return None
