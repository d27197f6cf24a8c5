"""Talks, their speakers, links and tracks (spec 7.1, 7.10, 7.11)."""

import datetime as dt

from marshmallow import INCLUDE, fields

from joindin.models import Talk, TalkLink, TalkSpeaker, Track
from joindin.models.talks import speaker_name
from joindin.representations.links import Links
from joindin.representations.schema_fields import (
    ObjectSchema,
    api_url,
    boolean,
    date_time,
    integer,
    list_of,
    object_of,
    one_of,
    string,
    website_url,
    zero_one,
)
from joindin.representations.v2_1.collections import CallerMetaSchema, CountMetaSchema, collection_schema
from joindin.representations.v2_1.events import average_rating, comments_enabled
from joindin.utils.datetimes import iso_local
from joindin.viewer import Viewer


class VerboseTalkSchema(ObjectSchema):
    id = integer(42)
    talk_title = string("Tests that tell a story")
    url_friendly_talk_title = string("tests-that-tell-a-story", "The slug, unique within the event.", nullable=True)
    talk_description = string("How to write tests that people like to read.")
    type = string("Talk", "The title of one of the talk types.", nullable=True)
    start_date = date_time("2026-03-02T10:00:00+01:00", "In the time zone of the event.")
    duration = integer(60, "Minutes; 0 in old data.")
    stub = string("3f9a1", "A short name, unique among all talks.")
    average_rating = integer(4, "Rounded mean of the ratings, 0 without ratings.")
    comments_enabled = zero_one(
        1,
        "1 from the day of the start for 90 days. For display only: the server enforces no time. Always 0 if the talk"
        " or its event takes no feedback.",
    )
    comment_count = integer(3, "Public and visible comments; in lists of a user's talks, all comments.")
    starred = boolean(False, "Whether the caller starred it.")
    starred_count = integer(8)
    slides_link = string("https://slides.example/42", nullable=True)
    talk_media = list_of(
        fields.Dict(keys=fields.String(), values=fields.String()),
        "One object per link, with its type as key; null without links.",
        example=[{"slides_link": "https://slides.example/42"}, {"video_link": "https://video.example/42"}],
        nullable=True,
    )
    language = string("English - UK")
    user_rating = one_of(
        fields.Integer(),
        fields.Raw(metadata={"enum": [False]}),
        description="The caller's own rating; `false` without a rating.",
        example=False,
    )
    speakers = list_of(lambda: SpeakerSchema)
    tracks = list_of(lambda: TalkTrackSchema)
    uri = api_url("/v2.1/talks/42")
    verbose_uri = api_url("/v2.1/talks/42?verbose=yes")
    website_uri = website_url("/talk/3f9a1")
    starred_uri = api_url("/v2.1/talks/42/starred")
    tracks_uri = api_url("/v2.1/talks/42/tracks", "`POST` adds the talk to a track. There is no `GET`.")
    comments_uri = api_url("/v2.1/talks/42/comments")
    verbose_comments_uri = api_url("/v2.1/talks/42/comments?verbose=yes")
    event_uri = api_url("/v2.1/events/3")
    speakers_uri = api_url("/v2.1/talks/42/speakers")


class TalkSchema(VerboseTalkSchema):
    class Meta(ObjectSchema.Meta):
        exclude = ("slides_link", "talk_media", "language", "user_rating")


class StarredSchema(ObjectSchema):
    has_starred = boolean(True)
    meta = object_of(CallerMetaSchema, when="if the caller is signed in")


TalkPageSchema = collection_schema("talks", TalkSchema)
VerboseTalkPageSchema = collection_schema("talks", VerboseTalkSchema)


def represent_talk(talk: Talk, links: Links, viewer: Viewer, now: dt.datetime, verbose: bool = False) -> dict:
    """Return the talk; needs its event's time zone, type, language, speakers, tracks and links loaded."""
    url = links.talk(talk.id)
    representation = {
        # Missing in the public documentation of the original, but its web site sorts by it.
        "id": talk.id,
        "talk_title": talk.title,
        "url_friendly_talk_title": talk.slug,
        "talk_description": talk.description,
        "type": talk.type.title,
        "start_date": iso_local(talk.starts_at, talk.event.timezone),
        "duration": talk.duration,
        "stub": talk.stub,
        "average_rating": average_rating(talk),
        "comments_enabled": comments_enabled(talk, now) if talk.has_feedback else 0,
        "comment_count": talk.comment_count,
        "starred": talk.id in viewer.starred,
        "starred_count": talk.star_count,
    }
    if verbose:
        representation |= {
            "slides_link": _slides_url(talk),
            "talk_media": [{link.type: link.url} for link in talk.links] or None,
            "language": talk.language.name,
            "user_rating": viewer.ratings.get(talk.id, False),
        }
    return representation | {
        "speakers": [represent_speaker(speaker, links) for speaker in talk.speakers],
        "tracks": [_represent_track(track, links, url) for track in talk.tracks],
        "uri": url,
        "verbose_uri": f"{url}?verbose=yes",
        "website_uri": links.talk_page(talk.stub),
        "starred_uri": f"{url}/starred",
        "tracks_uri": f"{url}/tracks",
        "comments_uri": f"{url}/comments",
        "verbose_comments_uri": f"{url}/comments?verbose=yes",
        "event_uri": links.event(talk.event_id),
        "speakers_uri": f"{url}/speakers",
    }


class SpeakerSchema(ObjectSchema):
    speaker_name = string("Ada Lovelace")
    speaker_uri = api_url("/v2.1/users/7", when="if the speaker has claimed the talk")


class SpeakersByNumber(ObjectSchema):
    class Meta:
        unknown = INCLUDE


TalkSpeakersSchema = SpeakersByNumber.from_dict(
    {
        "0": object_of(
            SpeakerSchema,
            "The first speaker; the keys of the others are `1`, `2` and so on.",
            when="if there are speakers",
        ),
        "meta": object_of(CountMetaSchema),
    },
    name="TalkSpeakersSchema",
)


def represent_speaker(speaker: TalkSpeaker, links: Links) -> dict:
    """Return the speaker. A claimed speaker has the current name of the user."""
    if speaker.user is None:
        return {"speaker_name": speaker.name}
    return {"speaker_name": speaker_name(speaker), "speaker_uri": links.user(speaker.user_id)}


class TalkLinkSchema(ObjectSchema):
    id = integer(15)
    display_name = string("slides_link", "The type of the link.")
    url = string("https://slides.example/42")


class OneTalkLinkSchema(TalkLinkSchema):
    meta = object_of(CallerMetaSchema, when="if the caller is signed in")


class TalkLinksSchema(ObjectSchema):
    talk_links = list_of(TalkLinkSchema)
    meta = object_of(CountMetaSchema)


def represent_link(link: TalkLink) -> dict:
    return {"id": link.id, "display_name": link.type, "url": link.url}


def _slides_url(talk):
    """Return the first link to slides, else the field of old data; None without either."""
    return next((link.url for link in talk.links if link.type == "slides_link"), talk.slides_url) or None


class TalkTrackSchema(ObjectSchema):
    track_name = string("Quality")
    track_uri = api_url("/v2.1/tracks/4")
    remove_track_uri = api_url("/v2.1/talks/42/tracks/4")


def _represent_track(track: Track, links: Links, talk_url: str) -> dict:
    return {
        "track_name": track.name,
        "track_uri": links.track(track.id),
        "remove_track_uri": f"{talk_url}/tracks/{track.id}",
    }
