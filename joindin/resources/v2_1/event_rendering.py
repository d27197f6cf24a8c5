"""Events rendered for a page: from the fragment memory where it has them, else loaded and rendered."""

from joindin.extensions import reader
from joindin.http.request_identity import get_caller
from joindin.permissions import can_edit_event, can_review_event, is_host
from joindin.queries.event_lists.keys import viewer_from_keys
from joindin.queries.event_records import load_event_records
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.representations.v2_1.events import represent_event
from joindin.resources.v2_1.authentication import base_url, links
from joindin.resources.v2_1.fragment_rendering import render_cached
from joindin.utils.datetimes import day_number, utc_now
from joindin.viewer import Viewer


def render_events_page(keys, *, verbose: bool, rated: bool = True) -> list[bytes]:
    """The events behind ``keys`` (rows with id, version and is_pending), in that order.

    ``rated`` False leaves out the average rating, as lists of a person's events do (spec 4.1).
    """
    user = get_caller().user
    viewer = viewer_from_keys(keys, user) or load_viewer_for_events(reader(), user, [key.id for key in keys])
    return render_events(keys, viewer, verbose=verbose, rated=rated)


def render_events(keys, viewer: Viewer, *, verbose: bool, rated: bool = True) -> list[bytes]:
    now = utc_now()
    # Only the verbose form depends on the day, by comments_enabled.
    context = ("v2.1 event", base_url(), verbose, rated, day_number(now) if verbose else None)
    # Those who decide about events are something to every one of them.
    special = None if can_review_event(viewer) else viewer.attending | viewer.hosting

    def name(event):
        meaning = _meaning(event, viewer) if special is None or event.id in special else None
        return event.id, event.version, meaning, context

    def represent(event):
        shown = represent_event(event, links(), viewer, now, verbose)
        if not rated:
            shown["event_average_rating"] = None
        return shown

    return render_cached(keys, name, lambda ids: load_event_records(reader(), ids, with_hosts=verbose), represent)


def _meaning(key, viewer):
    """What the viewer is to the event, as far as it shows. Whoever is nothing to it sees what visitors see."""
    return (
        key.id in viewer.attending,
        can_edit_event(viewer, key),
        is_host(viewer, key),
        bool(key.is_pending) and can_review_event(viewer, key),
    )
