"""Tracks and their talks (spec 6, 7.9)."""

import re

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db, reader
from joindin.http.request_identity import get_caller
from joindin.models import Event, Track
from joindin.operations.tracks import (
    MSG_EVENT_NOT_FOUND,
    add_talk_to_track,
    add_track,
    delete_track,
    edit_track,
    remove_talk_from_track,
)
from joindin.permissions import can_edit_event, can_edit_talk
from joindin.queries.event_visibility import check_event_access
from joindin.queries.paging import single_page
from joindin.queries.tracks import MSG_TRACK_NOT_FOUND, find_track, list_tracks
from joindin.representations.schema_fields import EXAMPLE_API_URL, ObjectSchema, string
from joindin.representations.v2_1.tracks import TrackPageSchema, represent_track
from joindin.resources.v2_1.authorization import find_event_with_tracks, with_event, with_talk, with_track
from joindin.resources.v2_1.body_fields import optional_text, required_text
from joindin.resources.v2_1.field_lengths import check_length
from joindin.resources.v2_1.links import links
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
from joindin.utils.row_ids import MAX_ROW_ID
from joindin.utils.text import to_plain_line, to_plain_text

blp = Blueprint("tracks", __name__, url_prefix="/v2.1", description="Parallel tracks of an event")

MAX_LENGTHS = {"track_name": 300, "track_description": 65_535}

MSG_LOGIN_TO_ADD = "You must be logged in to create a track"
MSG_LOGIN_TO_EDIT = "You must be logged in to edit this track"
MSG_LOGIN_TO_DELETE = "You must be logged in to delete this track"
MSG_FORBIDDEN_EDIT = "You do not have permission to edit this track"
MSG_FORBIDDEN_DELETE = "You do not have permission to delete this track"
MSG_NAME_REQUIRED = "'track_name' is a required field"

MSG_LOGIN_TO_ADD_TALK = "You must be logged in to create data"
MSG_LOGIN_TO_REMOVE_TALK = "You must be logged in to remove data"
MSG_FORBIDDEN_ADD_TALK = "You do not have permission to add this talk to a track"
MSG_FORBIDDEN_REMOVE_TALK = "You do not have permission to remove this talk from this track"
MSG_INVALID_TRACK_URI = "Invalid track_uri"
MSG_TRACK_OF_OTHER_EVENT = "This talk cannot be added to this track"

TRACK_URI_PATTERN = re.compile(r".*/v2\.1/tracks/([0-9]+)", re.DOTALL)


class TrackBodySchema(ObjectSchema):
    track_name = required_text(
        "Quality", "Need not be unique.", zero_is_empty=True, max_length=MAX_LENGTHS["track_name"]
    )
    track_description = optional_text("Tests, reviews, refactoring.", max_length=65_535)


class TalkTrackBodySchema(ObjectSchema):
    track_uri = string(f"{EXAMPLE_API_URL}/v2.1/tracks/4", pattern=r"/v2\.1/tracks/[0-9]+")


@blp.route("/events/<positive:event_id>/tracks")
class EventTracks(MethodView):
    @returns_page(TrackPageSchema)
    @fails_with({404: "Event not found"})
    def get(self, event_id):
        """List the tracks of an event, by name."""
        check_event_access(reader(), event_id, get_caller().user)
        page = list_tracks(db.session, event_id, read_paging())
        return collection_response("tracks", [represent_track(track, links()) for track in page.items], page)

    @with_event(can_edit_event, login_message=MSG_LOGIN_TO_ADD, refusal=MSG_FORBIDDEN_EDIT, find=find_event_with_tracks)
    @accepts_body(TrackBodySchema)
    @returns_empty(201, location="/v2.1/tracks/4")
    @fails_with({404: MSG_EVENT_NOT_FOUND, 400: MSG_NAME_REQUIRED})
    def post(self, event, viewer):
        """Add a track to an approved event."""
        name, description = _parse_track()
        track = add_track(db.session, event.id, name=name, description=description or "")
        db.session.commit()
        return empty_response(201, links().track(track.id))


@blp.route("/tracks/<row_id:track_id>")
class TrackDetail(MethodView):
    @returns(TrackPageSchema)
    @fails_with({404: MSG_TRACK_NOT_FOUND})
    def get(self, track_id):
        """Show a track."""
        track = find_track(db.session, track_id)
        check_event_access(reader(), track.event_id, get_caller().user, MSG_TRACK_NOT_FOUND)
        return collection_response("tracks", [represent_track(track, links())], single_page(track))

    @with_track(login_message=MSG_LOGIN_TO_EDIT, refusal=MSG_FORBIDDEN_EDIT)
    @accepts_body(TrackBodySchema)
    @returns_empty(204, location="/v2.1/tracks/4")
    @fails_with({400: MSG_NAME_REQUIRED})
    def put(self, track):
        """Edit a track. An absent description stays unchanged."""
        name, description = _parse_track()
        edit_track(db.session, track.id, name=name, description=description)
        db.session.commit()
        return empty_response(204, links().track(track.id))

    @with_track(login_message=MSG_LOGIN_TO_DELETE, refusal=MSG_FORBIDDEN_DELETE)
    @returns_empty(204)
    def delete(self, track):
        """Delete a track. Its talks stay."""
        delete_track(db.session, track.id)
        db.session.commit()
        return empty_response(204)


@blp.route("/talks/<positive:talk_id>/tracks")
class TalkTracks(MethodView):
    @with_talk(
        can_edit_talk, login_message=MSG_LOGIN_TO_ADD_TALK, refusal=MSG_FORBIDDEN_ADD_TALK, error_class=InvalidInput
    )
    @accepts_body(TalkTrackBodySchema)
    @returns_empty(201, location="/v2.1/talks/42")
    @fails_with({400: (MSG_INVALID_TRACK_URI, MSG_EVENT_NOT_FOUND, MSG_TRACK_OF_OTHER_EVENT)})
    def post(self, talk, viewer):
        """Add a talk to a track of its event."""
        add_talk_to_track(db.session, talk.id, _check_track(talk, _parse_track_id()))
        db.session.commit()
        return empty_response(201, links().talk(talk.id))


@blp.route("/talks/<positive:talk_id>/tracks/<row_id:track_id>")
class TalkTrackDetail(MethodView):
    @with_talk(
        can_edit_talk,
        login_message=MSG_LOGIN_TO_REMOVE_TALK,
        refusal=MSG_FORBIDDEN_REMOVE_TALK,
        error_class=InvalidInput,
    )
    @returns_empty(204, location="/v2.1/talks/42")
    @fails_with({400: (MSG_EVENT_NOT_FOUND, MSG_TRACK_OF_OTHER_EVENT)})
    def delete(self, talk, viewer, track_id):
        """Remove a talk from a track."""
        remove_talk_from_track(db.session, talk.id, _check_track(talk, track_id))
        db.session.commit()
        return empty_response(204, links().talk(talk.id))


class MissingTrack(MethodView):
    """The URL without the id of a track. There is no list of all tracks (spec 2.17)."""

    def get(self):
        raise NotFound(MSG_TRACK_NOT_FOUND)


add_undocumented_route(blp, "/tracks", MissingTrack)


def _parse_track():
    """Return name and description; None for an absent description."""
    params = get_params()
    name = to_plain_line(params.text("track_name"))
    if params.is_empty("track_name") or not name:
        raise InvalidInput(MSG_NAME_REQUIRED)
    description = None if params.get("track_description") is None else to_plain_text(params.text("track_description"))
    check_length("track_name", name, MAX_LENGTHS["track_name"])
    check_length("track_description", description or "", MAX_LENGTHS["track_description"])
    return name, description


def _parse_track_id():
    match = TRACK_URI_PATTERN.fullmatch(get_params().text("track_uri"))
    if match is None:
        raise InvalidInput(MSG_INVALID_TRACK_URI)
    return min(int(match[1][:40]), MAX_ROW_ID)


def _check_track(talk, track_id):
    """Return the id, if its track belongs to the visible event of the talk; :raises InvalidInput: otherwise."""
    track = db.session.get(Track, track_id)
    event = db.session.get(Event, track.event_id) if track else None
    if event is None or not event.is_visible:
        raise InvalidInput(MSG_EVENT_NOT_FOUND)
    if event.id != talk.event_id:
        raise InvalidInput(MSG_TRACK_OF_OTHER_EVENT)
    return track_id
