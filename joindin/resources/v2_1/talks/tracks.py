"""Tracks, and the talks in them (spec 6, 7.9)."""

import re

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.url_converters import MAX_ROW_ID
from joindin.models import Event, Track
from joindin.operations.tracks import (
    MSG_EVENT_NOT_FOUND,
    add_talk_to_track,
    add_track,
    delete_track,
    edit_track,
    remove_talk_from_track,
)
from joindin.permissions import can_edit_talk
from joindin.queries.paging import single_page
from joindin.queries.tracks import find_track, list_tracks
from joindin.representations.schema_fields import ObjectSchema, api_url, optional, string
from joindin.representations.v2_1.tracks import TrackPageSchema, represent_track
from joindin.resources.v2_1.authentication import links, require_user
from joindin.resources.v2_1.authorization import find_event_for_track_edit, with_talk, with_track
from joindin.resources.v2_1.openapi import (
    accepts_body,
    add_undocumented_route,
    fails_with,
    returns,
    returns_empty,
    returns_page,
)
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import collection_response, empty_response
from joindin.utils.text import to_plain_text

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


class TrackBodySchema(ObjectSchema):
    track_name = string("Quality", "Need not be unique.", maxLength=LONGEST["track_name"])
    track_description = optional(string("Tests, reviews, refactoring.", nullable=True, maxLength=65_535))


class TalkTrackBodySchema(ObjectSchema):
    track_uri = api_url("/v2.1/tracks/4")


@blp.route("/events/<positive:event_id>/tracks")
class EventTracks(MethodView):
    @returns_page(TrackPageSchema)
    def get(self, event_id):
        """List the tracks of an event, by name."""
        page = list_tracks(db.session, event_id, read_paging())
        return collection_response("tracks", [represent_track(track, links()) for track in page.items], page)

    @accepts_body(TrackBodySchema)
    @returns_empty(201, location="/v2.1/tracks/4")
    @fails_with({401: TO_ADD, 404: MSG_EVENT_NOT_FOUND, 403: NOT_TO_EDIT, 400: NO_NAME})
    def post(self, event_id):
        """Add a track to an event, once that is approved."""
        event = find_event_for_track_edit(event_id, require_user(TO_ADD), NOT_TO_EDIT)
        name, description = _read_track()
        track = add_track(db.session, event.id, name=name, description=description or "")
        db.session.commit()
        return empty_response(201, links().track(track.id))


@blp.route("/tracks/<row_id:track_id>")
class OneTrack(MethodView):
    @returns(TrackPageSchema)
    @fails_with({404: "Track not found"})
    def get(self, track_id):
        """Show a track."""
        track = find_track(db.session, track_id)
        return collection_response("tracks", [represent_track(track, links())], single_page(track))

    @with_track(login_message=TO_EDIT, refusal=NOT_TO_EDIT)
    @accepts_body(TrackBodySchema)
    @returns_empty(204, location="/v2.1/tracks/4")
    @fails_with({400: NO_NAME})
    def put(self, track):
        """Edit a track. Without a description it keeps the one it has."""
        name, description = _read_track()
        edit_track(db.session, track.id, name=name, description=description)
        db.session.commit()
        return empty_response(204, links().track(track.id))

    @with_track(login_message=TO_DELETE, refusal=NOT_TO_DELETE)
    @returns_empty(204)
    def delete(self, track):
        """Delete a track. Its talks stay."""
        delete_track(db.session, track.id)
        db.session.commit()
        return empty_response(204)


@blp.route("/talks/<positive:talk_id>/tracks")
class TalkTracks(MethodView):
    @with_talk(can_edit_talk, login_message=TO_PUT_IN, refusal=NOT_TO_PUT_IN, error_class=InvalidInput)
    @accepts_body(TalkTrackBodySchema)
    @returns_empty(201, location="/v2.1/talks/42")
    @fails_with({400: (NO_TRACK, MSG_EVENT_NOT_FOUND, OTHER_EVENT)})
    def post(self, talk, viewer):
        """Have a talk run in a track of its event."""
        add_talk_to_track(db.session, talk.id, _track_for(talk, _read_track_id()))
        db.session.commit()
        return empty_response(201, links().talk(talk.id))


@blp.route("/talks/<positive:talk_id>/tracks/<row_id:track_id>")
class OneTalkTrack(MethodView):
    @with_talk(can_edit_talk, login_message=TO_TAKE_OUT, refusal=NOT_TO_TAKE_OUT, error_class=InvalidInput)
    @returns_empty(204, location="/v2.1/talks/42")
    @fails_with({400: (MSG_EVENT_NOT_FOUND, OTHER_EVENT)})
    def delete(self, talk, viewer, track_id):
        """Take a talk out of a track."""
        remove_talk_from_track(db.session, talk.id, _track_for(talk, track_id))
        db.session.commit()
        return empty_response(204, links().talk(talk.id))


class Tracks(MethodView):
    """There is no list of all tracks; a track without an id is one that is not found (spec 2.17)."""

    def get(self):
        find_track(db.session, 0)


# Past the documentation: nobody is meant to call this.
add_undocumented_route(blp, "/tracks", Tracks)


def _read_track():
    """Name and description; None for one that is not told."""
    given = get_params()
    name = to_plain_text(given.text("track_name"))
    if given.is_empty("track_name") or not name:
        raise InvalidInput(NO_NAME)
    description = None if given.get("track_description") is None else to_plain_text(given.text("track_description"))
    for field, said in (("track_name", name), ("track_description", description or "")):
        if len(said) > LONGEST[field]:
            raise InvalidInput(f"The field '{field}' must not be longer than {LONGEST[field]} characters")
    return name, description


def _read_track_id():
    found = TRACK_URI.fullmatch(get_params().text("track_uri"))
    if found is None:
        raise InvalidInput(NO_TRACK)
    return min(int(found[1][:40]), MAX_ROW_ID)


def _track_for(talk, track_id):
    """The id, if it is that of a track of the talk's event."""
    track = db.session.get(Track, track_id)
    event = db.session.get(Event, track.event_id) if track else None
    if event is None or not event.is_visible:
        raise InvalidInput(MSG_EVENT_NOT_FOUND)
    if event.id != talk.event_id:
        raise InvalidInput(OTHER_EVENT)
    return track_id
