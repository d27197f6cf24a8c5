"""Events rendered for a page: from the fragment memory where it has them, else loaded and rendered."""

import orjson
from flask import current_app

from joindin.clock import day_number, utc_now
from joindin.extensions import db
from joindin.permissions import can_decide_about_event, can_edit_event, hosts_event
from joindin.queries.events import load_events
from joindin.queries.viewers import view_events
from joindin.representations.fragments import Fragments
from joindin.representations.v2_1.events import represent_event
from joindin.resources.v2_1.callers import api_base, caller, links
from joindin.viewer import Viewer


def event_pieces(keys, *, verbose: bool, rated: bool = True) -> list[bytes]:
    """The events behind ``keys`` (rows with id, version and is_pending), in that order.

    ``rated`` False leaves out the average rating, as lists of a person's events do (spec 4.1).
    """
    viewer = view_events(db.session, caller().user, [key.id for key in keys])
    return render_events(keys, viewer, verbose=verbose, rated=rated)


def render_events(keys, viewer: Viewer, *, verbose: bool, rated: bool = True) -> list[bytes]:
    memory: Fragments = current_app.extensions["fragments"]
    now = utc_now()
    # Only the verbose form depends on the day, by comments_enabled.
    context = (api_base(), verbose, rated, day_number(now) if verbose else None)
    names = [(key.id, _name(key, viewer, context)) for key in keys]
    pieces = {event_id: memory.get((*name, key.version)) for key, (event_id, name) in zip(keys, names)}
    missing = [event_id for event_id, piece in pieces.items() if piece is None]
    if missing:
        loaded = load_events(db.session, missing)
        for event_id, name in names:
            if pieces[event_id] is None and event_id in loaded:
                event = loaded[event_id]
                shown = represent_event(event, links(), viewer, now, verbose)
                if not rated:
                    shown["event_average_rating"] = None
                pieces[event_id] = orjson.dumps(shown)
                # Under the version that was rendered, which may be newer than the one listed.
                memory.put((*name, event.version), pieces[event_id])
    return [pieces[key.id] for key in keys if pieces[key.id] is not None]


def _name(key, viewer, context):
    """All that a piece depends on, but for the version."""
    return (
        "v2.1 event",
        key.id,
        key.id in viewer.attending,
        can_edit_event(viewer, key),
        hosts_event(viewer, key),
        bool(key.is_pending) and can_decide_about_event(viewer, key),
        *context,
    )
