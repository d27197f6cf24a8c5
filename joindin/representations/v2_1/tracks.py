"""Tracks (spec 6.1). They have no verbose form."""

from joindin.models import Track
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, integer, string
from joindin.representations.v2_1.collections import collection_schema


class TrackSchema(ObjectSchema):
    track_name = string("Quality")
    track_description = string("Tests, reviews, refactoring.", nullable=True)
    talks_count = integer(5)
    uri = api_url("/v2.1/tracks/4")
    verbose_uri = api_url("/v2.1/tracks/4?verbose=yes")
    event_uri = api_url("/v2.1/events/3")


TrackPageSchema = collection_schema("tracks", TrackSchema)


def represent_track(track: Track, links: Links) -> dict:
    url = links.track(track.id)
    return {
        "track_name": track.name,
        "track_description": track.description,
        "talks_count": track.talk_count,
        "uri": url,
        "verbose_uri": f"{url}?verbose=yes",
        "event_uri": links.event(track.event_id),
    }
