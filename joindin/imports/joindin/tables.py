"""The tables of the original that come in, in an order in which what is named comes before who names it."""

from contextlib import suppress
from functools import partial

from sqlalchemy import select

from joindin.imports.joindin import map_events as events
from joindin.imports.joindin import map_people as people
from joindin.imports.joindin import map_talks as talks
from joindin.imports.joindin import uniqueness, version_bumps
from joindin.imports.joindin.bulk_rows import is_among
from joindin.imports.joindin.legacy_row import Broken, id_of
from joindin.imports.joindin.records import Move, Reference
from joindin.imports.joindin.talk_categories import find_categories
from joindin.models import (
    LINK_TYPES,
    AccessToken,
    Attendance,
    Client,
    Event,
    EventComment,
    EventCommentReport,
    EventHost,
    EventImage,
    Language,
    Tag,
    Talk,
    TalkClaim,
    TalkComment,
    TalkCommentReport,
    TalkLink,
    TalkSpeaker,
    TalkStar,
    TalkType,
    Track,
    User,
    event_tags,
    talk_tracks,
)
from joindin.utils.text import fold

ORDINARY_LANGUAGE, ORDINARY_TYPE = "English - UK", "Talk"

# Between the look for a free name and the insert somebody here was quicker; the next run tries again.
TAKEN = "its name was taken a moment ago: run the import again"

# A table of which nothing is made: it has words for numbers in others.
LINK_TYPE_TABLE = "talk_link_types"


def list_moves(source) -> list[Move]:
    """What becomes of each table, in the order in which that can be done."""
    return [*_base_moves(), *_people_moves(), *_event_moves(), *_talk_moves(_link_types(source))]


def _base_moves():
    return [
        Move("lang", Language.__table__, talks.make_language, settle=uniqueness.merge_languages),
        Move("categories", TalkType.__table__, talks.make_talk_type, settle=uniqueness.merge_talk_types),
    ]


def _people_moves():
    return [
        Move(
            "user",
            User.__table__,
            people.make_user,
            settle=uniqueness.settle_users,
            rename=uniqueness.rename_users,
            duplicate=TAKEN,
        ),
        Move(
            "oauth_consumers",
            Client.__table__,
            people.make_client,
            references=(_user("owner_id", is_required=False),),
            dated="created_at",
            duplicate="another application has this key",
        ),
        Move(
            "oauth_access_tokens",
            AccessToken.__table__,
            people.make_token,
            prepare=_find_clients,
            references=(_user("user_id"),),
            dated="created_at",
        ),
    ]


def _event_moves():
    return [
        Move(
            "events",
            Event.__table__,
            events.make_event,
            references=(_user("reviewer_id", is_required=False),),
            settle=uniqueness.settle_events,
            rename=uniqueness.rename_events,
            generated=("slug",),
            duplicate=TAKEN,
        ),
        Move("tags", Tag.__table__, events.make_tag, settle=uniqueness.merge_tags),
        Move(
            "tags_events",
            event_tags,
            events.make_event_tag,
            references=(_event(), Reference("tag_id", Tag.__table__, known_as="tags")),
            touch=version_bumps.touch_events,
        ),
        Move(
            "user_admin",
            EventHost.__table__,
            events.make_host,
            references=(_event(), _user("user_id")),
            touch=version_bumps.touch_events,
        ),
        Move("user_attend", Attendance.__table__, events.make_attendance, references=(_event(), _user("user_id"))),
        Move(
            "event_images",
            EventImage.__table__,
            events.make_event_image,
            references=(_event(),),
            touch=version_bumps.touch_events,
        ),
        Move(
            "event_comments",
            EventComment.__table__,
            events.make_event_comment,
            references=(_event(lends={"created_at": Event.starts_at}), _user("user_id", is_required=False)),
        ),
        Move(
            "reported_event_comments",
            EventCommentReport.__table__,
            events.make_event_comment_report,
            references=_references_of_reports(EventComment),
        ),
        Move("event_track", Track.__table__, events.make_track, references=(_event(),)),
    ]


def _talk_moves(link_types):
    return [
        Move(
            "talks",
            Talk.__table__,
            talks.make_talk,
            prepare=find_categories,
            references=(
                _event(lends={"starts_at": Event.starts_at}),
                Reference("language_id", Language.__table__, known_as="lang", default=_ordinary_language),
                Reference("type_id", TalkType.__table__, known_as="categories", default=_ordinary_type),
            ),
            settle=uniqueness.settle_talks,
            rename=uniqueness.rename_talks,
            generated=("slug", "stub"),
            duplicate=TAKEN,
        ),
        Move(
            "talk_speaker",
            TalkSpeaker.__table__,
            talks.make_speaker,
            references=(_talk(), _user("user_id", is_required=False)),
            touch=version_bumps.touch_talks,
        ),
        Move(
            "pending_talk_claims",
            TalkClaim.__table__,
            talks.make_claim,
            references=(
                _talk(lends={"claimed_at": Talk.starts_at}),
                Reference("speaker_id", TalkSpeaker.__table__),
                _user("user_id"),
            ),
        ),
        Move(
            "talk_track",
            talk_tracks,
            talks.make_talk_track,
            references=(_talk(), Reference("track_id", Track.__table__)),
            touch=version_bumps.touch_talks,
        ),
        Move(
            "talk_links",
            TalkLink.__table__,
            partial(talks.make_link, types=link_types),
            references=(_talk(),),
            touch=version_bumps.touch_talks,
        ),
        Move("user_talk_star", TalkStar.__table__, talks.make_star, references=(_talk(), _user("user_id"))),
        Move(
            "talk_comments",
            TalkComment.__table__,
            talks.make_talk_comment,
            references=(
                _talk(takes={"event_id": Talk.event_id}, lends={"created_at": Talk.starts_at}),
                _user("user_id", is_required=False),
            ),
        ),
        Move(
            "reported_talk_comments",
            TalkCommentReport.__table__,
            talks.make_talk_comment_report,
            references=_references_of_reports(TalkComment),
        ),
    ]


def _user(column, is_required=True):
    return Reference(column, User.__table__, is_required)


def _event(**other):
    return Reference("event_id", Event.__table__, **other)


def _talk(**other):
    return Reference("talk_id", Talk.__table__, **other)


def _references_of_reports(comment):
    return (
        Reference("comment_id", comment.__table__, lends={"reported_at": comment.created_at}),
        _user("reporter_id", is_required=False),
        _user("decider_id", is_required=False),
    )


def _link_types(source):
    """The kinds of links by their ids, of which some may be none of ours."""
    types = dict(enumerate(LINK_TYPES, start=1))
    for row in source.rows(LINK_TYPE_TABLE):
        with suppress(Broken):
            types[id_of(row)] = row.get("display_name")
    return {number: name for number, name in types.items() if name in LINK_TYPES}


def _find_clients(moving, entries):
    """Applications by the keys that the tokens name; a token outlives its application."""
    keys = {entry.columns["client_key"] for entry in entries} - {None, ""}
    clients = dict(
        moving.session.execute(select(Client.key, Client.id).where(is_among(moving.session, Client.key, keys))).all()
    )
    for entry in entries:
        key = entry.columns.pop("client_key")
        entry.columns["client_id"] = clients.get(key)
        if key and key not in clients:
            entry.mended.append(f"orphan: the application {key!r} is not there")


def _ordinary_language(session):
    return _named(session, Language.id, Language.name, ORDINARY_LANGUAGE)


def _ordinary_type(session):
    return _named(session, TalkType.id, TalkType.title, ORDINARY_TYPE)


def _named(session, id_column, name_column, wanted):
    found = session.execute(select(name_column, id_column).order_by(id_column))
    return next(id_ for name, id_ in found if fold(name) == fold(wanted))
