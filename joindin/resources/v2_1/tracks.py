"""Tracks (spec 6)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.extensions import db
from joindin.queries.paging import single
from joindin.queries.tracks import find_track, list_tracks
from joindin.representations.v2_1.tracks import TrackPageSchema, represent_track
from joindin.resources.v2_1.answers import collection
from joindin.resources.v2_1.callers import links
from joindin.resources.v2_1.documented import add_unlisted, lists, refuses, shows
from joindin.resources.v2_1.paging import read_paging

blp = Blueprint("tracks", __name__, url_prefix="/v2.1", description="What runs side by side at an event")


@blp.route("/events/<positive:event_id>/tracks")
class EventTracks(MethodView):
    @lists(TrackPageSchema)
    def get(self, event_id):
        """List the tracks of an event, by name."""
        page = list_tracks(db.session, event_id, read_paging())
        return collection("tracks", [represent_track(track, links()) for track in page.items], page)


@blp.route("/tracks/<row_id:track_id>")
class OneTrack(MethodView):
    @shows(TrackPageSchema)
    @refuses({404: "Track not found"})
    def get(self, track_id):
        """Show a track."""
        track = find_track(db.session, track_id)
        return collection("tracks", [represent_track(track, links())], single(track))


class Tracks(MethodView):
    """There is no list of all tracks; a track without an id is one that is not found (spec 2.17)."""

    def get(self):
        find_track(db.session, 0)


# Past the documentation: nobody is meant to call this.
add_unlisted(blp, "/tracks", Tracks)
