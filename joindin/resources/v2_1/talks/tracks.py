"""Tracks, and the talks in them (spec 6, 7.9)."""

import re

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid
from joindin.extensions import db
from joindin.http.url_converters import NO_ROW
from joindin.models import Event, Track
from joindin.operations.tracks import (
    NO_EVENT,
    add_track,
    delete_track,
    edit_track,
    put_into_track,
    take_out_of_track,
)
from joindin.permissions import can_edit_talk
from joindin.queries.paging import single
from joindin.queries.tracks import find_track, list_tracks
from joindin.representations.schema_fields import Shape, address, optional, text
from joindin.representations.v2_1.tracks import TrackPageSchema, represent_track
from joindin.resources.v2_1.authentication import links, signed_in
from joindin.resources.v2_1.authorization import find_event_of_tracks, for_talk, for_track
from joindin.resources.v2_1.openapi import add_unlisted, does, lists, refuses, shows, takes
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import params
from joindin.resources.v2_1.responses import collection, empty
from joindin.utils.text import plain_text

blp = Blueprint("tracks", __name__, url_prefix="/v2.1", description="What runs side by side at an event")

LONGEST = {"track_name": 300, "track_description": 65_535}

TO_ADD = "You must be logged in to create a track"
TO_EDIT = "You must be logged in to edit this track"
TO_DELETE = "You must be logged in to delete this track"
NOT_TO_EDIT = "You do not have permission to edit this track"
NOT_TO_DELETE = "You do not have permission to delete this track"
NO_NAME = "'track_name' is a required field"

TO_PUT_IN = "You must be logged in to create data"
TO_TAKE_OUT = "You must be logged in to remove data"
NOT_TO_PUT_IN = "You do not have permission to add this talk to a track"
NOT_TO_TAKE_OUT = "You do not have permission to remove this talk from this track"
NO_TRACK = "Invalid track_uri"
OTHER_EVENT = "This talk cannot be added to this track"

TRACK_URI = re.compile(r".*/v2\.1/tracks/([0-9]+)", re.DOTALL)


class TrackBodySchema(Shape):
    track_name = text("Quality", "Need not be unique.", maxLength=LONGEST["track_name"])
    track_description = optional(text("Tests, reviews, refactoring.", null=True, maxLength=65_535))


class TalkTrackBodySchema(Shape):
    track_uri = address("/v2.1/tracks/4")


@blp.route("/events/<positive:event_id>/tracks")
class EventTracks(MethodView):
    @lists(TrackPageSchema)
    def get(self, event_id):
        """List the tracks of an event, by name."""
        page = list_tracks(db.session, event_id, read_paging())
        return collection("tracks", [represent_track(track, links()) for track in page.items], page)

    @takes(TrackBodySchema)
    @does(201, location="/v2.1/tracks/4")
    @refuses({401: TO_ADD, 404: NO_EVENT, 403: NOT_TO_EDIT, 400: NO_NAME})
    def post(self, event_id):
        """Add a track to an event, once that is approved."""
        event = find_event_of_tracks(event_id, signed_in(TO_ADD), NOT_TO_EDIT)
        name, description = _read_track()
        track = add_track(db.session, event.id, name=name, description=description or "")
        db.session.commit()
        return empty(201, links().track(track.id))


@blp.route("/tracks/<row_id:track_id>")
class OneTrack(MethodView):
    @shows(TrackPageSchema)
    @refuses({404: "Track not found"})
    def get(self, track_id):
        """Show a track."""
        track = find_track(db.session, track_id)
        return collection("tracks", [represent_track(track, links())], single(track))

    @for_track(sign_in=TO_EDIT, refusal=NOT_TO_EDIT)
    @takes(TrackBodySchema)
    @does(204, location="/v2.1/tracks/4")
    @refuses({400: NO_NAME})
    def put(self, track):
        """Edit a track. Without a description it keeps the one it has."""
        name, description = _read_track()
        edit_track(db.session, track.id, name=name, description=description)
        db.session.commit()
        return empty(204, links().track(track.id))

    @for_track(sign_in=TO_DELETE, refusal=NOT_TO_DELETE)
    @does(204)
    def delete(self, track):
        """Delete a track. Its talks stay."""
        delete_track(db.session, track.id)
        db.session.commit()
        return empty(204)


@blp.route("/talks/<positive:talk_id>/tracks")
class TalkTracks(MethodView):
    @for_talk(can_edit_talk, sign_in=TO_PUT_IN, refusal=NOT_TO_PUT_IN, refuse=Invalid)
    @takes(TalkTrackBodySchema)
    @does(201, location="/v2.1/talks/42")
    @refuses({400: (NO_TRACK, NO_EVENT, OTHER_EVENT)})
    def post(self, talk, viewer):
        """Have a talk run in a track of its event."""
        put_into_track(db.session, talk.id, _track_for(talk, _read_track_id()))
        db.session.commit()
        return empty(201, links().talk(talk.id))


@blp.route("/talks/<positive:talk_id>/tracks/<row_id:track_id>")
class OneTalkTrack(MethodView):
    @for_talk(can_edit_talk, sign_in=TO_TAKE_OUT, refusal=NOT_TO_TAKE_OUT, refuse=Invalid)
    @does(204, location="/v2.1/talks/42")
    @refuses({400: (NO_EVENT, OTHER_EVENT)})
    def delete(self, talk, viewer, track_id):
        """Take a talk out of a track."""
        take_out_of_track(db.session, talk.id, _track_for(talk, track_id))
        db.session.commit()
        return empty(204, links().talk(talk.id))


class Tracks(MethodView):
    """There is no list of all tracks; a track without an id is one that is not found (spec 2.17)."""

    def get(self):
        find_track(db.session, 0)


# Past the documentation: nobody is meant to call this.
add_unlisted(blp, "/tracks", Tracks)


def _read_track():
    """Name and description; None for one that is not told."""
    given = params()
    name = plain_text(given.text("track_name"))
    if given.is_empty("track_name") or not name:
        raise Invalid(NO_NAME)
    description = None if given.get("track_description") is None else plain_text(given.text("track_description"))
    for field, said in (("track_name", name), ("track_description", description or "")):
        if len(said) > LONGEST[field]:
            raise Invalid(f"The field '{field}' must not be longer than {LONGEST[field]} characters")
    return name, description


def _read_track_id():
    found = TRACK_URI.fullmatch(params().text("track_uri"))
    if found is None:
        raise Invalid(NO_TRACK)
    return min(int(found[1][:40]), NO_ROW)


def _track_for(talk, track_id):
    """The id, if it is that of a track of the talk's event."""
    track = db.session.get(Track, track_id)
    event = db.session.get(Event, track.event_id) if track else None
    if event is None or not event.is_visible:
        raise Invalid(NO_EVENT)
    if event.id != talk.event_id:
        raise Invalid(OTHER_EVENT)
    return track_id
