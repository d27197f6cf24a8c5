"""Actions that tracks and rooms have in common: changing their order, merging two, deleting one."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import redirect, request

from joindin.extensions import db
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.operations.organiser.rooms import delete_room, merge_rooms, move_room
from joindin.operations.organiser.tracks import merge_tracks, move_track
from joindin.operations.tracks import delete_track
from joindin.queries.organiser.programme import find_event_room, find_event_track
from joindin.resources.web.organiser.common import blp, manage_path, perform_and_redirect, with_managed_event
from joindin.utils.text import parse_id


@dataclass(frozen=True)
class PartKind:
    """Operations of tracks or rooms, and the messages after them. ``path`` is that of their list."""

    path: str
    find: Callable
    move: Callable
    merge: Callable
    delete: Callable
    moved: object
    merged: object
    deleted: object


# By the argument of the address.
KINDS = {
    "track_id": PartKind(
        "tracks/",
        find_event_track,
        move_track,
        merge_tracks,
        delete_track,
        lazy_gettext("The order of the tracks is changed."),
        lazy_gettext("The tracks are merged."),
        lazy_gettext("The track is deleted. Its talks stay."),
    ),
    "room_id": PartKind(
        "rooms/",
        find_event_room,
        move_room,
        merge_rooms,
        delete_room,
        lazy_gettext("The order of the rooms is changed."),
        lazy_gettext("The rooms are merged."),
        lazy_gettext("The room is deleted. Its talks stay without a room."),
    ),
}


@blp.post("/event/<slug>/manage/tracks/<row_id:track_id>/move/")
@blp.post("/event/<slug>/manage/rooms/<row_id:room_id>/move/")
@with_managed_event
def move_part_action(event, **ids):
    kind, part_id = _find_part(event, ids)
    return _perform(event, kind, kind.move, kind.moved, part_id, request.form.get("direction", ""))


@blp.post("/event/<slug>/manage/tracks/<row_id:track_id>/merge/")
@blp.post("/event/<slug>/manage/rooms/<row_id:room_id>/merge/")
@with_managed_event
def merge_part_action(event, **ids):
    if is_repeated_form():
        return _back_to_list(event, ids)
    kind, part_id = _find_part(event, ids)
    into = kind.find(db.session, event.id, parse_id(request.form.get("into", "")) or 0)
    return _perform(event, kind, kind.merge, kind.merged, part_id, into.id)


@blp.post("/event/<slug>/manage/tracks/<row_id:track_id>/delete/")
@blp.post("/event/<slug>/manage/rooms/<row_id:room_id>/delete/")
@with_managed_event
def delete_part_action(event, **ids):
    if is_repeated_form():
        return _back_to_list(event, ids)
    kind, part_id = _find_part(event, ids)
    return _perform(event, kind, kind.delete, kind.deleted, part_id)


def _back_to_list(event, ids):
    """Redirect from a form that was sent twice: its part is gone."""
    [argument] = ids
    return redirect(manage_path(event, KINDS[argument].path), 303)


def _find_part(event, ids):
    """Return the kind and the id of the part that the address names; :raises NotFound: if the event has none."""
    [(argument, part_id)] = ids.items()
    kind = KINDS[argument]
    kind.find(db.session, event.id, part_id)
    return kind, part_id


def _perform(event, kind, operation, message, *arguments):
    return perform_and_redirect(
        lambda: operation(db.session, *arguments), gettext(str(message)), manage_path(event, kind.path)
    )
