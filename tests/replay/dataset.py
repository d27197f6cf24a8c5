"""The original's tables (spec 17.2) put into ours, ids kept."""

import datetime as dt

from sqlalchemy import func, insert, select, text

from joindin.clock import UTC, day_number
from joindin.credentials import token_hash
from joindin.models import (
    AccessToken,
    Attendance,
    Client,
    Event,
    EventComment,
    EventCommentReport,
    EventHost,
    EventImage,
    Tag,
    User,
    event_tags,
)
from joindin.operations.hosts import recount_ratings
from joindin.text import fold, slug
from tests.replay.restore_talks import restore_talks

DECIDED = {"0": False, "1": True, None: None}


def restore(session, dataset):
    _restore_people(session, dataset)
    _restore_events(session, dataset)
    _restore_comments(session, dataset)
    _restore_tokens(session, dataset)
    restore_talks(session, dataset)
    continue_sequences(session)
    session.commit()


def continue_sequences(session):
    """On PostgreSQL, let new rows get ids above those that were given."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in Event.metadata.sorted_tables:
        if "id" in table.c:
            highest = session.scalar(select(func.max(table.c.id))) or 0
            session.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :next, false)"),
                {"name": table.name, "next": highest + 1},
            )


def _restore_people(session, dataset):
    session.execute(
        insert(User),
        [
            {
                "id": int(row["ID"]),
                "username": row["username"],
                "username_key": fold(row["username"]),
                "email": row["email"],
                "email_key": fold(row["email"]),
                "full_name": row["full_name"],
                "full_name_key": fold(row["full_name"] or ""),
                "password_hash": row["password"],
                "twitter_username": row["twitter_username"],
                "biography": row["biography"],
                "is_verified": row["verified"] == "1",
                "is_active": row["active"] == "1",
                "is_admin": row["admin"] == "1",
                "is_trusted": row["trusted"] == "1",
            }
            for row in dataset["user"]
        ],
    )


def _restore_events(session, dataset):
    attending = {(int(row["eid"]), int(row["uid"])) for row in dataset["user_attend"]}
    hosting = {
        (int(row["rid"]), int(row["uid"])): int(row["ID"])
        for row in dataset["user_admin"]
        if row["rtype"] == "event" and row["rcode"] != "pending"
    }
    slugs = {row["url_friendly_name"] for row in dataset["events"]}
    for row in dataset["events"]:
        # The original makes a missing slug at the first read, an importer makes it at once (spec 17.3).
        if row["url_friendly_name"] is None:
            row["url_friendly_name"] = slug(row["event_name"])
            assert row["url_friendly_name"] not in slugs
    session.execute(insert(Event), [_event(row, attending, dataset) for row in dataset["events"]])
    session.execute(insert(Attendance), [{"event_id": event, "user_id": user} for event, user in attending])
    session.execute(
        insert(EventHost), [{"id": id_, "event_id": event, "user_id": user} for (event, user), id_ in hosting.items()]
    )
    session.execute(
        insert(Tag),
        [
            {"id": int(row["ID"]), "name": row["tag_value"], "name_key": fold(row["tag_value"])}
            for row in dataset["tags"]
        ],
    )
    session.execute(
        insert(event_tags),
        [
            {"id": int(row["ID"]), "event_id": int(row["event_id"]), "tag_id": int(row["tag_id"])}
            for row in dataset["tags_events"]
        ],
    )
    session.execute(
        insert(EventImage),
        [
            {
                "id": int(row["id"]),
                "event_id": int(row["event_id"]),
                "size": row["type"],
                "url": row["url"],
                "width": int(row["width"]),
                "height": int(row["height"]),
            }
            for row in dataset["event_images"]
        ],
    )


def _event(row, attending, dataset):
    id_ = row["ID"]
    starts_at = _instant(row["event_start"])
    talks = {talk["ID"] for talk in dataset["talks"] if talk["event_id"] == id_}
    zone = [part for part in (row["event_tz_cont"], row["event_tz_place"]) if part]
    return {
        "id": int(id_),
        "name": row["event_name"],
        "name_key": fold(row["event_name"]),
        "slug": row["url_friendly_name"],
        "stub": row["event_stub"],
        "description": row["event_desc"],
        "location": row["event_loc"],
        "latitude": _float(row["event_lat"]),
        "longitude": _float(row["event_long"]),
        "starts_at": starts_at,
        "ends_at": _instant(row["event_end"]),
        "start_day": day_number(starts_at),
        "timezone": "/".join(zone) if zone else None,
        "href": row["event_href"],
        "hashtag": row["event_hashtag"],
        "contact_name": row["event_contact_name"],
        "icon": row["event_icon"],
        "cfp_starts_at": _instant(row["event_cfp_start"]),
        "cfp_ends_at": _instant(row["event_cfp_end"]),
        "cfp_url": row["event_cfp_url"],
        "is_active": row["active"] == "1",
        "is_pending": DECIDED[row["pending"]],
        "is_private": row["private"] == "y",
        "rejection_reason": row["rejection_reason"],
        "attendee_count": sum(1 for event, _ in attending if event == int(id_)),
        "comment_count": sum(1 for comment in dataset["event_comments"] if comment["event_id"] == id_),
        "talk_count": len(talks),
        "talk_comment_count": sum(1 for comment in dataset["talk_comments"] if comment["talk_id"] in talks),
        "track_count": sum(1 for track in dataset["event_track"] if track["event_id"] == id_),
    }


def _restore_comments(session, dataset):
    session.execute(
        insert(EventComment),
        [
            {
                "id": int(row["ID"]),
                "event_id": int(row["event_id"]),
                "user_id": int(row["user_id"] or 0) or None,
                "author_name": row["cname"],
                "rating": None if row["rating"] is None else int(row["rating"]),
                "text": row["comment"],
                "source": row["source"],
                "is_hidden": row["active"] == "0",
                "created_at": _instant(row["date_made"]),
            }
            for row in dataset["event_comments"]
        ],
    )
    session.execute(
        insert(EventCommentReport),
        [
            {
                "id": int(row["ID"]),
                "comment_id": int(row["event_comment_id"]),
                "reporter_id": int(row["reporting_user_id"]),
                "reported_at": _moment(row["reporting_date"]),
            }
            for row in dataset["reported_event_comments"]
        ],
    )
    session.flush()
    recount_ratings(session, *(int(row["ID"]) for row in dataset["events"]))


def _restore_tokens(session, dataset):
    clients = {row["consumer_key"]: int(row["id"]) for row in dataset["oauth_consumers"]}
    session.execute(
        insert(Client),
        [
            {
                "id": int(row["id"]),
                "key": row["consumer_key"],
                "secret_hash": token_hash(row["consumer_secret"]),
                "name": row["application"],
                "description": row["description"],
                "callback_url": row["callback_url"],
                "owner_id": int(row["user_id"]),
                "is_trusted": row["enable_password_grant"] == "1",
                "can_be_revoked": row["can_be_revoked"] == "1",
                "created_at": _moment(row["created_date"]),
            }
            for row in dataset["oauth_consumers"]
        ],
    )
    session.execute(
        insert(AccessToken),
        [
            {
                "id": int(row["id"]),
                "token_hash": token_hash(row["access_token"]),
                "user_id": int(row["user_id"]),
                "client_id": clients[row["consumer_key"]],
                "created_at": _moment(row["created_date"]),
                "last_used_at": _moment(row["last_used_date"]),
            }
            for row in dataset["oauth_access_tokens"]
        ],
    )


def _instant(seconds):
    return dt.datetime.fromtimestamp(int(seconds), UTC) if seconds and seconds != "0" else None


def _moment(text_):
    return dt.datetime.fromisoformat(text_).replace(tzinfo=UTC) if text_ else None


def _float(text_):
    return None if text_ is None else float(text_)
