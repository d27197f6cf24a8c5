"""Shifts (spec 7)."""

from flask import Blueprint, current_app

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.performance.caching.fragment_cache import render_cached
from joindin.queries.crew.qualifications import earliest
from joindin.queries.crew.shifts import list_shift_keys, load_shift_records
from joindin.representations.ephios.events import represent_shift
from joindin.resources.ephios.authentication import crew_reader, offer_to_token
from joindin.resources.ephios.context import crew_links, require_row_id
from joindin.resources.ephios.filters import FilterSet
from joindin.resources.ephios.paging import rendered_page_response
from joindin.resources.ephios.responses import rendered_response
from joindin.resources.ephios.routes import add_route
from joindin.utils.datetimes import utc_now

MSG_NO_SHIFT = "No Shift matches the given query."
FILTERS = FilterSet(has_search=True, ordering=("id", "event_id", "meeting_time", "start_time", "end_time"))

blp = Blueprint("ephios_shifts", __name__, url_prefix="/api/shifts")


def list_shifts():
    page = _list_keys(None)
    return rendered_page_response(_render(page.items), page.total)


def get_shift(pk):
    fragments = _render(_list_keys(require_row_id(pk)).items)
    if not fragments:
        raise NotFound(MSG_NO_SHIFT)
    return rendered_response(fragments[0])


def _list_keys(shift_id):
    viewer = crew_reader()
    return list_shift_keys(reader(), viewer, FILTERS.read(lambda _name, _ids: set(), shift_id))


def _render(keys):
    links, expires_at = crew_links(), None
    context = ("crew shift", links.site, links.timezone)

    def cache_key(key):
        # Only a loaded shift tells that it is not to be stored.
        return (key.id, key.version, key.event_version, context) if getattr(key, "is_stable", True) else None

    def load(ids):
        records = load_shift_records(reader(), ids, utc_now())
        nonlocal expires_at
        expires_at = earliest(*(record.expires_at for record in records.values()))
        return records

    fragments = render_cached(
        current_app.extensions["fragment_cache"],
        keys,
        cache_key,
        load,
        lambda record: represent_shift(record.shift, record.shift.event_title, record.stats, links),
    )
    offer_to_token(expires_at)
    return fragments


add_route(blp, "/", list_shifts, "Shift List", model="shift")
add_route(blp, "/<pk>/", get_shift, "Shift Instance", model="shift")
