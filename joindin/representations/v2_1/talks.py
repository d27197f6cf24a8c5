"""Talks, their speakers and links as Joind.in v2.1 shows them (spec 7.1, 7.10, 7.11)."""

import datetime as dt

from marshmallow import INCLUDE, fields

from joindin.models import Talk, TalkLink, TalkSpeaker, Track
from joindin.representations.links import Links
from joindin.representations.schema_fields import (
    Shape,
    address,
    either,
    flag,
    many,
    moment,
    one,
    page,
    text,
    whole,
    zero_or_one,
)
from joindin.representations.v2_1.collections import CallerSchema, CountSchema, collection_schema
from joindin.representations.v2_1.events import average_rating, comments_enabled
from joindin.utils.datetimes import iso_in_zone
from joindin.viewer import Viewer


class VerboseTalkSchema(Shape):
    id = whole(42)
    talk_title = text("Tests that tell a story")
    url_friendly_talk_title = text("tests-that-tell-a-story", "The slug, unique within the event.", null=True)
    talk_description = text("How to write tests that people like to read.")
    type = text("Talk", "The title of one of the talk types.", null=True)
    start_date = moment("2026-03-02T10:00:00+01:00", "In the zone of the event.")
    duration = whole(60, "Minutes; 0 in old data.")
    stub = text("3f9a1", "A short name, unique among all talks.")
    average_rating = whole(4, "Rounded mean of the ratings, 0 without any.")
    comments_enabled = zero_or_one(1, "1 from the day of the start for 90 days. For show: nothing enforces it.")
    comment_count = whole(3, "Public and visible ones; in lists of a person's talks, all of them.")
    starred = flag(False, "Whether the caller starred it.")
    starred_count = whole(8)
    slides_link = text("https://slides.example/42", null=True)
    talk_media = many(
        fields.Dict(keys=fields.String(), values=fields.String()),
        "Links by kind, each in an object of its own; null without any.",
        example=[{"slides_link": "https://slides.example/42"}, {"video_link": "https://video.example/42"}],
        null=True,
    )
    language = text("English - UK")
    user_rating = either(
        fields.Integer(),
        fields.Raw(metadata={"enum": [False]}),
        about="The caller's own rating, `false` without one.",
        example=False,
    )
    speakers = many(lambda: SpeakerSchema)
    tracks = many(lambda: TalkTrackSchema)
    uri = address("/v2.1/talks/42")
    verbose_uri = address("/v2.1/talks/42?verbose=yes")
    website_uri = page("/talk/3f9a1")
    starred_uri = address("/v2.1/talks/42/starred")
    tracks_uri = address("/v2.1/talks/42/tracks", "Where to add the talk to a track; there is nothing to read.")
    comments_uri = address("/v2.1/talks/42/comments")
    verbose_comments_uri = address("/v2.1/talks/42/comments?verbose=yes")
    event_uri = address("/v2.1/events/3")
    speakers_uri = address("/v2.1/talks/42/speakers")


class TalkSchema(VerboseTalkSchema):
    class Meta(Shape.Meta):
        exclude = ("slides_link", "talk_media", "language", "user_rating")


class StarredSchema(Shape):
    has_starred = flag(True)
    meta = one(CallerSchema, when="if somebody is signed in")


TalkPageSchema = collection_schema("talks", TalkSchema)
VerboseTalkPageSchema = collection_schema("talks", VerboseTalkSchema)


def represent_talk(talk: Talk, links: Links, viewer: Viewer, now: dt.datetime, verbose: bool = False) -> dict:
    """The talk with its event's zone, type, language, speakers, tracks and links loaded."""
    here = links.talk(talk.id)
    shown = {
        # The public documentation of the original hides it, but the web site sorts by it.
        "id": talk.id,
        "talk_title": talk.title,
        "url_friendly_talk_title": talk.slug,
        "talk_description": talk.description,
        "type": talk.type.title,
        "start_date": iso_in_zone(talk.starts_at, talk.event.timezone),
        "duration": talk.duration,
        "stub": talk.stub,
        "average_rating": average_rating(talk),
        "comments_enabled": comments_enabled(talk.starts_at, now),
        "comment_count": talk.comment_count,
        "starred": talk.id in viewer.starred,
        "starred_count": talk.star_count,
    }
    if verbose:
        shown |= {
            "slides_link": _slides(talk),
            "talk_media": [{link.type: link.url} for link in talk.links] or None,
            "language": talk.language.name,
            "user_rating": viewer.ratings.get(talk.id, False),
        }
    return shown | {
        "speakers": [represent_speaker(speaker, links) for speaker in talk.speakers],
        "tracks": [_represent_track(track, links, here) for track in talk.tracks],
        "uri": here,
        "verbose_uri": f"{here}?verbose=yes",
        "website_uri": links.talk_page(talk.stub),
        "starred_uri": f"{here}/starred",
        "tracks_uri": f"{here}/tracks",
        "comments_uri": f"{here}/comments",
        "verbose_comments_uri": f"{here}/comments?verbose=yes",
        "event_uri": links.event(talk.event_id),
        "speakers_uri": f"{here}/speakers",
    }


class SpeakerSchema(Shape):
    speaker_name = text("Ada Lovelace")
    speaker_uri = address("/v2.1/users/7", when="if the speaker has claimed the talk")


class SpeakersByNumber(Shape):
    class Meta:
        unknown = INCLUDE


TalkSpeakersSchema = SpeakersByNumber.from_dict(
    {
        "0": one(SpeakerSchema, "The first, and so on: `1`, `2`.", when="if there are speakers"),
        "meta": one(CountSchema),
    },
    name="TalkSpeakersSchema",
)


def represent_speaker(speaker: TalkSpeaker, links: Links) -> dict:
    """A claimed speaker goes by the user's present name."""
    if speaker.user is None:
        return {"speaker_name": speaker.name}
    return {"speaker_name": speaker.user.full_name or speaker.name, "speaker_uri": links.user(speaker.user_id)}


class TalkLinkSchema(Shape):
    id = whole(15)
    display_name = text("slides_link", "What it leads to.")
    url = text("https://slides.example/42")


class OneTalkLinkSchema(TalkLinkSchema):
    meta = one(CallerSchema, when="if somebody is signed in")


class TalkLinksSchema(Shape):
    talk_links = many(TalkLinkSchema)
    meta = one(CountSchema)


def represent_link(link: TalkLink) -> dict:
    return {"id": link.id, "display_name": link.type, "url": link.url}


def _slides(talk):
    return next((link.url for link in talk.links if link.type == "slides_link"), talk.slides_url)


class TalkTrackSchema(Shape):
    track_name = text("Quality")
    track_uri = address("/v2.1/tracks/4")
    remove_track_uri = address("/v2.1/talks/42/tracks/4")


def _represent_track(track: Track, links: Links, talk: str) -> dict:
    return {
        "track_name": track.name,
        "track_uri": links.track(track.id),
        "remove_track_uri": f"{talk}/tracks/{track.id}",
    }
