"""Events rendered for a page: from the fragment memory where it has them, else loaded and rendered."""

from joindin.extensions import reader
from joindin.permissions import can_decide_about_event, can_edit_event, hosts_event
from joindin.queries.event_lists.keys import viewer_of
from joindin.queries.event_records import read_events
from joindin.queries.viewer_relations import view_events
from joindin.representations.v2_1.events import represent_event
from joindin.resources.v2_1.authentication import api_base, caller, links
from joindin.resources.v2_1.fragment_rendering import remembered
from joindin.utils.datetimes import day_number, utc_now
from joindin.viewer import Viewer


def event_pieces(keys, *, verbose: bool, rated: bool = True) -> list[bytes]:
    """The events behind ``keys`` (rows with id, version and is_pending), in that order.

    ``rated`` False leaves out the average rating, as lists of a person's events do (spec 4.1).
    """
    user = caller().user
    viewer = viewer_of(keys, user) or view_events(reader(), user, [key.id for key in keys])
    return render_events(keys, viewer, verbose=verbose, rated=rated)


def render_events(keys, viewer: Viewer, *, verbose: bool, rated: bool = True) -> list[bytes]:
    now = utc_now()
    # Only the verbose form depends on the day, by comments_enabled.
    context = ("v2.1 event", api_base(), verbose, rated, day_number(now) if verbose else None)
    # Those who decide about events are something to every one of them.
    special = None if can_decide_about_event(viewer) else viewer.attending | viewer.hosting

    def name(event):
        meaning = _meaning(event, viewer) if special is None or event.id in special else None
        return event.id, event.version, meaning, context

    def represent(event):
        shown = represent_event(event, links(), viewer, now, verbose)
        if not rated:
            shown["event_average_rating"] = None
        return shown

    return remembered(keys, name, lambda ids: read_events(reader(), ids, with_hosts=verbose), represent)


def _meaning(key, viewer):
    """What the viewer is to the event, as far as it shows. Whoever is nothing to it sees what visitors see."""
    return (
        key.id in viewer.attending,
        can_edit_event(viewer, key),
        hosts_event(viewer, key),
        bool(key.is_pending) and can_decide_about_event(viewer, key),
    )
