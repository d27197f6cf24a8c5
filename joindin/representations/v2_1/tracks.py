"""Tracks as Joind.in v2.1 shows them (spec 6.1); there is no longer form."""

from joindin.models import Track
from joindin.representations.links import Links
from joindin.representations.schema_fields import Shape, address, text, whole
from joindin.representations.v2_1.collections import collection_schema


class TrackSchema(Shape):
    track_name = text("Quality")
    track_description = text("Tests, reviews, refactoring.", null=True)
    talks_count = whole(5)
    uri = address("/v2.1/tracks/4")
    verbose_uri = address("/v2.1/tracks/4?verbose=yes")
    event_uri = address("/v2.1/events/3")


TrackPageSchema = collection_schema("tracks", TrackSchema)


def represent_track(track: Track, links: Links) -> dict:
    here = links.track(track.id)
    return {
        "track_name": track.name,
        "track_description": track.description,
        "talks_count": track.talk_count,
        "uri": here,
        "verbose_uri": f"{here}?verbose=yes",
        "event_uri": links.event(track.event_id),
    }
