"""Events rendered for a page: from the fragment memory where it has them, else loaded and rendered."""

import orjson
from flask import current_app

from joindin.clock import day_number, utc_now
from joindin.extensions import reader
from joindin.permissions import can_decide_about_event, can_edit_event, hosts_event
from joindin.queries.event_keys import viewer_of
from joindin.queries.event_rows import read_events
from joindin.queries.viewers import view_events
from joindin.representations.fragments import Fragments
from joindin.representations.v2_1.events import represent_event
from joindin.resources.v2_1.callers import api_base, caller, links
from joindin.viewer import Viewer


def event_pieces(keys, *, verbose: bool, rated: bool = True) -> list[bytes]:
    """The events behind ``keys`` (rows with id, version and is_pending), in that order.

    ``rated`` False leaves out the average rating, as lists of a person's events do (spec 4.1).
    """
    user = caller().user
    viewer = viewer_of(keys, user) or view_events(reader(), user, [key.id for key in keys])
    return render_events(keys, viewer, verbose=verbose, rated=rated)


def render_events(keys, viewer: Viewer, *, verbose: bool, rated: bool = True) -> list[bytes]:
    memory: Fragments = current_app.extensions["fragments"]
    now = utc_now()
    # Only the verbose form depends on the day, by comments_enabled.
    context = ("v2.1 event", api_base(), verbose, rated, day_number(now) if verbose else None)
    # Those who decide about events are something to every one of them.
    special = None if can_decide_about_event(viewer) else viewer.attending | viewer.hosting
    names = [(key.id, _meaning(key, viewer) if special is None or key.id in special else None, context) for key in keys]
    pieces = memory.get_all([(key.version, name) for key, name in zip(keys, names)])
    missing = [key.id for key, piece in zip(keys, pieces) if piece is None]
    if not missing:
        return pieces
    loaded = read_events(reader(), missing, with_hosts=verbose)
    for place, name in enumerate(names):
        if pieces[place] is None and (event := loaded.get(name[0])) is not None:
            shown = represent_event(event, links(), viewer, now, verbose)
            if not rated:
                shown["event_average_rating"] = None
            pieces[place] = orjson.dumps(shown)
            # Under the version that was rendered, which may be newer than the one listed.
            memory.put((event.version, name), pieces[place])
    return [piece for piece in pieces if piece is not None]


def _meaning(key, viewer):
    """What the viewer is to the event, as far as it shows. Whoever is nothing to it sees what visitors see."""
    return (
        key.id in viewer.attending,
        can_edit_event(viewer, key),
        hosts_event(viewer, key),
        bool(key.is_pending) and can_decide_about_event(viewer, key),
    )
