"""Events (spec 6)."""

from flask import Blueprint, current_app

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.performance.caching.fragment_cache import render_cached
from joindin.queries.crew.events import list_event_keys, load_event_records
from joindin.queries.crew.filters import find_existing_ids
from joindin.queries.crew.qualifications import earliest
from joindin.queries.crew.signup_stats import sum_stats
from joindin.representations.ephios.events import represent_event, represent_shift
from joindin.resources.ephios.authentication import crew_reader, offer_to_token
from joindin.resources.ephios.context import crew_links, require_row_id
from joindin.resources.ephios.filters import FilterSet
from joindin.resources.ephios.paging import rendered_page_response
from joindin.resources.ephios.responses import rendered_response
from joindin.resources.ephios.routes import add_route
from joindin.utils.datetimes import utc_now

MSG_NO_EVENT = "No Event matches the given query."
FILTERS = FilterSet(single_type=True, has_search=True, ordering=("start_time", "end_time", "title"))

blp = Blueprint("ephios_events", __name__, url_prefix="/api/events")


def list_events():
    page = _list_keys(None)
    return rendered_page_response(_render(page.items), page.total)


def get_event(pk):
    """The filters of the list apply here too."""
    fragments = _render(_list_keys(require_row_id(pk)).items)
    if not fragments:
        raise NotFound(MSG_NO_EVENT)
    return rendered_response(fragments[0])


def _list_keys(event_id):
    viewer = crew_reader()
    filters = FILTERS.read(lambda name, ids: find_existing_ids(reader(), name, ids), event_id)
    return list_event_keys(reader(), viewer, filters)


def _render(keys):
    links, expires_at = crew_links(), None
    context = ("crew event", links.site, links.timezone)

    def cache_key(key):
        # Only a loaded event tells that it is not to be stored.
        return (
            (key.id, key.version, key.shift_versions, key.type_title, context)
            if getattr(key, "is_stable", True)
            else None
        )

    def represent(record):
        event, shifts, stats = record.event, record.shifts, record.stats
        return represent_event(
            event,
            [represent_shift(shift, event.name, stats[shift.id], links) for shift in shifts],
            sum_stats(stats[shift.id] for shift in shifts),
            links,
        )

    def load(ids):
        records = load_event_records(reader(), ids, utc_now())
        nonlocal expires_at
        expires_at = earliest(*(record.expires_at for record in records.values()))
        return records

    fragments = render_cached(
        current_app.extensions["fragment_cache"],
        keys,
        cache_key,
        load,
        represent,
    )
    offer_to_token(expires_at)
    return fragments


add_route(blp, "/", list_events, "Event List", model="event", redirected_methods=())
add_route(
    blp,
    "/<pk>/",
    get_event,
    "Event Instance",
    model="event",
    redirected_methods=("GET", "HEAD", "POST", "PATCH", "OPTIONS"),
)
