"""Imported tables of Joind.in, in an order in which referenced tables come first."""

from contextlib import suppress
from functools import partial

from sqlalchemy import select

from joindin.imports.bulk_rows import is_among
from joindin.imports.joindin import map_events as events
from joindin.imports.joindin import map_people as people
from joindin.imports.joindin import map_talks as talks
from joindin.imports.joindin import uniqueness
from joindin.imports.joindin.records import ForeignKeyMapping, TableImport
from joindin.imports.joindin.talk_categories import load_categories
from joindin.imports.legacy_row import InvalidRow, parse_row_id
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
from joindin.utils.text import fold_case_accents

DEFAULT_LANGUAGE, DEFAULT_TALK_TYPE = "English - UK", "Talk"

# A user of this installation took the name between the check and the insert; the next run tries again.
MSG_NAME_TAKEN = "its name was taken a moment ago: run the import again"

# A lookup table, which is not imported itself.
LINK_TYPE_TABLE = "talk_link_types"


def list_table_imports(source) -> list[TableImport]:
    """Return the imports of all tables in their order."""
    return [*_reference_imports(), *_user_imports(), *_event_imports(), *_talk_imports(_link_types(source))]


def _reference_imports():
    return [
        TableImport("lang", Language.__table__, talks.map_language, resolve_conflicts=uniqueness.merge_languages),
        TableImport(
            "categories", TalkType.__table__, talks.map_talk_type, resolve_conflicts=uniqueness.merge_talk_types
        ),
    ]


def _user_imports():
    return [
        TableImport(
            "user",
            User.__table__,
            people.map_user,
            resolve_conflicts=uniqueness.resolve_user_conflicts,
            apply_renames=uniqueness.apply_user_renames,
            cleared_with={"email_proven_at": "email"},
            duplicate_message=MSG_NAME_TAKEN,
        ),
        TableImport(
            "oauth_consumers",
            Client.__table__,
            people.map_client,
            references=(_user("owner_id", is_required=False, set_on_orphan=people.disable_orphan),),
            kept_columns=("is_active", "is_first_party"),
            date_column="created_at",
            duplicate_message="another application has this key",
        ),
        TableImport(
            "oauth_access_tokens",
            AccessToken.__table__,
            people.map_token,
            prepare=_find_clients,
            references=(_user("user_id"),),
            date_column="created_at",
        ),
    ]


def _event_imports():
    return [
        TableImport(
            "events",
            Event.__table__,
            events.map_event,
            references=(_user("reviewer_id", is_required=False),),
            resolve_conflicts=uniqueness.resolve_event_conflicts,
            apply_renames=uniqueness.apply_event_renames,
            generated_columns=("slug",),
            duplicate_message=MSG_NAME_TAKEN,
        ),
        TableImport("tags", Tag.__table__, events.map_tag, resolve_conflicts=uniqueness.merge_tags),
        TableImport(
            "tags_events",
            event_tags,
            events.map_event_tag,
            references=(_event(), ForeignKeyMapping("tag_id", Tag.__table__, merged_in="tags")),
        ),
        TableImport(
            "user_admin",
            EventHost.__table__,
            events.map_host,
            references=(_event(), _user("user_id")),
        ),
        TableImport(
            "user_attend", Attendance.__table__, events.map_attendance, references=(_event(), _user("user_id"))
        ),
        TableImport(
            "event_images",
            EventImage.__table__,
            events.map_event_image,
            references=(_event(),),
        ),
        TableImport(
            "event_comments",
            EventComment.__table__,
            events.map_event_comment,
            references=(_event(fallback_columns={"created_at": Event.starts_at}), _user("user_id", is_required=False)),
        ),
        TableImport(
            "reported_event_comments",
            EventCommentReport.__table__,
            events.map_event_comment_report,
            references=_report_references(EventComment),
        ),
        TableImport("event_track", Track.__table__, events.map_track, references=(_event(),)),
    ]


def _talk_imports(link_types):
    return [
        TableImport(
            "talks",
            Talk.__table__,
            talks.map_talk,
            prepare=load_categories,
            references=(
                _event(fallback_columns={"starts_at": Event.starts_at}),
                ForeignKeyMapping("language_id", Language.__table__, merged_in="lang", default=_default_language),
                ForeignKeyMapping("type_id", TalkType.__table__, merged_in="categories", default=_default_talk_type),
            ),
            resolve_conflicts=uniqueness.resolve_talk_conflicts,
            apply_renames=uniqueness.apply_talk_renames,
            generated_columns=("slug", "stub"),
            duplicate_message=MSG_NAME_TAKEN,
        ),
        TableImport(
            "talk_speaker",
            TalkSpeaker.__table__,
            talks.map_speaker,
            references=(_talk(), _user("user_id", is_required=False)),
        ),
        TableImport(
            "pending_talk_claims",
            TalkClaim.__table__,
            talks.map_claim,
            references=(
                _talk(fallback_columns={"claimed_at": Talk.starts_at}),
                ForeignKeyMapping("speaker_id", TalkSpeaker.__table__),
                _user("user_id"),
            ),
        ),
        TableImport(
            "talk_track",
            talk_tracks,
            talks.map_talk_track,
            references=(_talk(), ForeignKeyMapping("track_id", Track.__table__)),
        ),
        TableImport(
            "talk_links",
            TalkLink.__table__,
            partial(talks.map_link, types=link_types),
            references=(_talk(),),
        ),
        TableImport("user_talk_star", TalkStar.__table__, talks.map_star, references=(_talk(), _user("user_id"))),
        TableImport(
            "talk_comments",
            TalkComment.__table__,
            talks.map_talk_comment,
            references=(
                _talk(copied_columns={"event_id": Talk.event_id}, fallback_columns={"created_at": Talk.starts_at}),
                _user("user_id", is_required=False),
            ),
        ),
        TableImport(
            "reported_talk_comments",
            TalkCommentReport.__table__,
            talks.map_talk_comment_report,
            references=_report_references(TalkComment),
        ),
    ]


def _user(column, is_required=True, **options):
    return ForeignKeyMapping(column, User.__table__, is_required, **options)


def _event(**options):
    return ForeignKeyMapping("event_id", Event.__table__, **options)


def _talk(**options):
    return ForeignKeyMapping("talk_id", Talk.__table__, **options)


def _report_references(comment):
    return (
        ForeignKeyMapping("comment_id", comment.__table__, fallback_columns={"reported_at": comment.created_at}),
        _user("reporter_id", is_required=False),
        _user("decider_id", is_required=False),
    )


def _link_types(source):
    """Return the supported link types by their ids in the source."""
    types = dict(enumerate(LINK_TYPES, start=1))
    for row in source.rows(LINK_TYPE_TABLE):
        with suppress(InvalidRow):
            types[parse_row_id(row)] = row.get("display_name")
    return {number: name for number, name in types.items() if name in LINK_TYPES}


def _find_clients(context, records):
    """Replace the client keys of tokens by client ids. A token without its application is kept."""
    keys = {record.columns["client_key"] for record in records} - {None, ""}
    clients = dict(
        context.session.execute(select(Client.key, Client.id).where(is_among(context.session, Client.key, keys))).all()
    )
    for record in records:
        key = record.columns.pop("client_key")
        record.columns["client_id"] = clients.get(key)
        if key and key not in clients:
            record.repairs.append(f"orphan: the application {key!r} is not there")


def _default_language(session):
    return _find_id_by_name(session, Language.id, Language.name, DEFAULT_LANGUAGE)


def _default_talk_type(session):
    return _find_id_by_name(session, TalkType.id, TalkType.title, DEFAULT_TALK_TYPE)


def _find_id_by_name(session, id_column, name_column, default):
    found = session.execute(select(name_column, id_column).order_by(id_column))
    return next(id_ for name, id_ in found if fold_case_accents(name) == fold_case_accents(default))
