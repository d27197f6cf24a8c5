"""The original's tables of talks (spec 17.2) put into ours, ids kept; events and users are there already."""

import datetime as dt
from collections import Counter, defaultdict

from sqlalchemy import insert

from joindin.clock import UTC
from joindin.models import (
    Language,
    Talk,
    TalkClaim,
    TalkComment,
    TalkCommentReport,
    TalkLink,
    TalkSpeaker,
    TalkStar,
    TalkType,
    Track,
    talk_tracks,
)
from joindin.text import fold, slug


def restore_talks(session, dataset):
    """The counters of talks and tracks are worked out; those of events are the events' own affair."""
    _restore_languages_and_types(session, dataset)
    _restore_tracks(session, dataset)
    _insert(session, Talk, _talks(dataset))
    _restore_speakers_and_claims(session, dataset)
    _restore_links_and_stars(session, dataset)
    _restore_comments(session, dataset)
    session.flush()


def _restore_languages_and_types(session, dataset):
    _insert(
        session,
        Language,
        [{"id": int(row["ID"]), "name": row["lang_name"], "code": row["lang_abbr"]} for row in dataset["lang"]],
    )
    _insert(
        session,
        TalkType,
        [
            {"id": int(row["ID"]), "title": row["cat_title"], "description": row["cat_desc"]}
            for row in dataset["categories"]
        ],
    )


def _restore_tracks(session, dataset):
    active = {row["ID"] for row in dataset["talks"] if row["active"] == "1"}
    talks = Counter(row["track_id"] for row in dataset["talk_track"] if row["talk_id"] in active)
    _insert(
        session,
        Track,
        [
            {
                "id": int(row["ID"]),
                "event_id": int(row["event_id"]),
                "name": row["track_name"],
                "name_key": fold(row["track_name"]),
                "description": row["track_desc"],
                "talk_count": talks[row["ID"]],
            }
            for row in dataset["event_track"]
        ],
    )


def _talks(dataset):
    types = {row["talk_id"]: int(row["cat_id"]) for row in dataset["talk_cat"]}
    stars = Counter(row["tid"] for row in dataset["user_talk_star"])
    speakers = defaultdict(set)
    for row in _shown_speakers(dataset):
        speakers[row["talk_id"]].add(_person(row["speaker_id"]))
    comments = defaultdict(list)
    for row in dataset["talk_comments"]:
        comments[row["talk_id"]].append(row)
    slugs = {(row["event_id"], row["url_friendly_talk_title"]) for row in dataset["talks"]}
    return [
        _talk(row, slugs)
        | {"type_id": types[row["ID"]], "star_count": stars[row["ID"]]}
        | _comment_counters(comments[row["ID"]], speakers[row["ID"]])
        for row in dataset["talks"]
    ]


def _talk(row, slugs):
    name = row["url_friendly_talk_title"]
    if name is None:
        # The original makes a missing slug at the first read, an importer makes it at once (spec 17.3).
        name = slug(row["talk_title"])
        if (row["event_id"], name) in slugs:
            name += f"-{row['ID']}"
        slugs.add((row["event_id"], name))
    return {
        "id": int(row["ID"]),
        "event_id": int(row["event_id"]),
        "title": row["talk_title"],
        "title_key": fold(row["talk_title"]),
        "slug": name,
        "stub": row["stub"],
        "description": row["talk_desc"],
        "starts_at": dt.datetime.fromtimestamp(int(row["date_given"]), UTC),
        "duration": int(row["duration"] or 0),
        "language_id": int(row["lang"]),
        "slides_url": row["slides_link"],
        "is_active": row["active"] == "1",
    }


def _comment_counters(comments, speakers):
    shown = [row for row in comments if row["private"] == "0" and row["active"] == "1"]
    ratings = [
        int(row["rating"])
        for row in shown
        if row["rating"] != "0" and _person(row["user_id"]) and _person(row["user_id"]) not in speakers
    ]
    return {
        "comment_count": len(shown),
        "all_comment_count": len(comments),
        "rating_sum": sum(ratings),
        "rating_count": len(ratings),
    }


def _restore_speakers_and_claims(session, dataset):
    shown = _shown_speakers(dataset)
    _insert(
        session,
        TalkSpeaker,
        [
            {
                "id": int(row["ID"]),
                "talk_id": int(row["talk_id"]),
                "name": row["speaker_name"],
                "user_id": _person(row["speaker_id"]),
            }
            for row in shown
        ],
    )
    _insert(
        session,
        TalkClaim,
        [
            {
                "id": int(row["ID"]),
                "talk_id": int(row["talk_id"]),
                "speaker_id": int(row["claim_id"]),
                "user_id": int(row["speaker_id"]),
                "claimed_at": dt.datetime.fromtimestamp(int(row["date_added"]), UTC),
                "user_approved_at": _moment(row["user_approved_at"]),
                "host_approved_at": _moment(row["host_approved_at"]),
            }
            for row in dataset["pending_talk_claims"]
        ],
    )


def _shown_speakers(dataset):
    """Entries with a status are remains of older ways to claim a talk, and are not shown (spec 17.2)."""
    return [row for row in dataset["talk_speaker"] if row["status"] is None]


def _restore_links_and_stars(session, dataset):
    types = {row["ID"]: row["display_name"] for row in dataset["talk_link_types"]}
    _insert(
        session,
        TalkLink,
        [
            {
                "id": int(row["ID"]),
                "talk_id": int(row["talk_id"]),
                "type": types[row["talk_type"]],
                "url": row["url"],
            }
            for row in dataset["talk_links"]
        ],
    )
    _insert(
        session,
        TalkStar,
        [{"user_id": int(row["uid"]), "talk_id": int(row["tid"])} for row in dataset["user_talk_star"]],
    )
    _insert(
        session,
        talk_tracks,
        [{"talk_id": int(row["talk_id"]), "track_id": int(row["track_id"])} for row in dataset["talk_track"]],
    )


def _restore_comments(session, dataset):
    events = {row["ID"]: int(row["event_id"]) for row in dataset["talks"]}
    _insert(
        session,
        TalkComment,
        [
            {
                "id": int(row["ID"]),
                "talk_id": int(row["talk_id"]),
                "event_id": events[row["talk_id"]],
                "user_id": _person(row["user_id"]),
                "rating": int(row["rating"] or 0),
                "text": row["comment"],
                "source": row["source"],
                "is_private": row["private"] == "1",
                "is_hidden": row["active"] == "0",
                "created_at": _moment(row["created_at"]),
            }
            for row in dataset["talk_comments"]
        ],
    )
    _insert(
        session,
        TalkCommentReport,
        [
            {
                "id": int(row["ID"]),
                "comment_id": int(row["talk_comment_id"]),
                "reporter_id": _person(row["reporting_user_id"]),
                "reported_at": _moment(row["reporting_date"]),
                "decision": row["decision"],
                "decider_id": _person(row["deciding_user_id"]),
                "decided_at": _moment(row["deciding_date"]),
            }
            for row in dataset["reported_talk_comments"]
        ],
    )


def _insert(session, table, rows):
    if rows:
        session.execute(insert(table), rows)


def _person(id_):
    return int(id_ or 0) or None


def _moment(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
