"""The Android app of 2016 (spec 21.1). It accepts the statuses 200 and 201 only."""

import re

import pytest

from tests.clients.client import ROOT, read_all_pages, read_error, read_list, read_single
from tests.factories import (
    days_from_now,
    make_attendance,
    make_event,
    make_event_comment,
    make_talk_comment,
    make_track,
)

# The date pattern of the app needs a numeric offset.
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
EVENT_FIELDS = [
    "uri",
    "verbose_uri",
    "name",
    "start_date",
    "end_date",
    "location",
    "description",
    "hashtag",
    "tz_continent",
    "tz_place",
    "images",
    "attendee_count",
    "attending",
    "event_comments_count",
    "talks_uri",
    "tracks_uri",
    "comments_uri",
    "attending_uri",
]
TALK_FIELDS = [
    "uri",
    "talk_title",
    "talk_description",
    "type",
    "start_date",
    "speakers",
    "tracks",
    "comment_count",
    "average_rating",
    "starred",
    "starred_uri",
    "comments_uri",
    "verbose_comments_uri",
]
COMMENT_FIELDS = ["comment", "rating", "created_date", "user_display_name", "gravatar_hash"]
USER_FIELDS = [
    "username",
    "uri",
    "gravatar_hash",
    "talks_uri",
    "attended_events_uri",
    "hosted_events_uri",
    "talk_comments_uri",
]


def missing(fields, thing):
    return [field for field in fields if field not in thing]


@pytest.mark.parametrize("token", [None, "null", "0123456789abcdef"])
def test_a_visitor_reads_everything(android, event, token):
    android = android.signed_in(token)

    reply = android.get(f"{ROOT}/events", filter="upcoming")

    assert read_single(reply, "events")["attending"] is False
    assert list(reply.json["meta"]) == ["count", "total", "this_page"]


def test_lists_are_followed_until_there_is_no_next_page(android, session):
    names = [make_event(session, starts_at=days_from_now(each)).name for each in range(1, 46)]

    found = read_all_pages(android, f"{ROOT}/events?filter=upcoming&verbose=yes", "events")

    assert [event["name"] for event in found] == names
    assert [missing(EVENT_FIELDS, event) for event in found] == [[]] * 45
    assert [event["name"] for event in found if not DATE.fullmatch(event["start_date"])] == []


def test_an_empty_list_ends_at_once(android, session):
    assert read_all_pages(android, f"{ROOT}/events?filter=past", "events") == []


def test_the_hot_list_is_one_page(android, event):
    assert read_single(android.get(f"{ROOT}/events", filter="hot"), "events")["name"] == "SampleConf"


def test_events_without_an_image_have_no_object_of_images(android, event):
    """An object without ``small`` crashes the app; a list does not."""
    assert read_single(android.get(f"{ROOT}/events", filter="hot"), "events")["images"] == []


def test_a_user_finds_their_account_and_attended_events(android, session, event, ann, token):
    make_attendance(session, event, ann)
    android = android.signed_in(token(ann))

    meta = android.get(f"{ROOT}/events", filter="hot").json["meta"]
    user = read_single(android.get(meta["user_uri"], verbose="yes"), "users")
    attended = read_all_pages(android, user["attended_events_uri"], "events")

    assert (user["username"], missing(USER_FIELDS, user)) == ("ann", [])
    assert [(each["name"], each["attending"]) for each in attended] == [("SampleConf", True)]


def test_an_event_is_read_with_talks_tracks_and_comments(android, session, event, talk, ann):
    track = make_track(session, event)
    talk.tracks = [track]
    make_event_comment(session, event, ann)
    make_talk_comment(session, talk, ann)

    seen = read_single(android.get(f"{ROOT}/events/{event.id}", verbose="yes"), "events")
    [its_talk] = read_all_pages(android, f"{seen['talks_uri']}?verbose=yes", "talks")
    [its_track] = read_all_pages(android, seen["tracks_uri"], "tracks")
    [comment] = read_all_pages(android, f"{seen['comments_uri']}?verbose=yes", "comments")
    [about_talk] = read_all_pages(android, its_talk["verbose_comments_uri"], "comments")

    assert missing(EVENT_FIELDS, seen) == []
    assert missing(TALK_FIELDS, its_talk) == []
    assert [each["speaker_name"] for each in its_talk["speakers"]] == ["Ann Ash", "Bob Birch"]
    assert [(each["track_name"], each["track_uri"]) for each in its_talk["tracks"]] == [
        (its_track["track_name"], its_track["uri"])
    ]
    assert missing(["uri", "track_name", "talks_count"], its_track) == []
    assert [missing(COMMENT_FIELDS, each) for each in (comment, about_talk)] == [[], []]


def test_a_user_signs_in_or_gets_the_reason(android, ann, consumer):
    form = {"grant_type": "password", "username": "ann", "client_id": "web2", "client_secret": "web2secret"}

    good = android.post(f"{ROOT}/token", {**form, "password": "secret"})
    bad = android.signed_in("null").post(f"{ROOT}/token", {**form, "password": "wrong"})

    assert (good.status_code, list(good.json)) == (200, ["access_token", "user_uri"])
    assert read_error(bad) == (403, "Signin failed")


def test_writing_succeeds_as_it_knows_success(android, event, talk, ann, token):
    android = android.signed_in(token(ann))
    seen = read_single(android.get(f"{ROOT}/events/{event.id}", verbose="yes"), "events")
    [its_talk] = read_list(android.get(seen["talks_uri"]), "talks")

    statuses = {
        "attend": android.post(seen["attending_uri"]).status_code,
        "attend again": android.post(seen["attending_uri"]).status_code,
        "stay away": android.delete(seen["attending_uri"]).status_code,
        "star": android.post(its_talk["starred_uri"]).status_code,
        "star again": android.post(its_talk["starred_uri"]).status_code,
        "unstar": android.delete(its_talk["starred_uri"]).status_code,
        "comment": android.post(seen["comments_uri"], {"comment": "Nice", "rating": 4}).status_code,
        "public": android.post(its_talk["comments_uri"], {"comment": "Nice", "rating": 4, "private": 0}).status_code,
        "private": android.post(its_talk["comments_uri"], {"comment": "Slower", "rating": 3, "private": 1}).status_code,
    }

    assert statuses == {
        "attend": 201,
        "attend again": 201,
        "stay away": 200,
        "star": 201,
        "star again": 201,
        "unstar": 200,
        "comment": 201,
        "public": 201,
        "private": 201,
    }
    assert [each["comment"] for each in read_list(android.get(its_talk["comments_uri"]), "comments")] == ["Nice"]


@pytest.mark.parametrize("token", [None, "null"])
def test_writing_without_an_account_is_refused_in_one_sentence(android, event, token):
    reply = android.signed_in(token).post(f"{ROOT}/events/{event.id}/attending")

    assert read_error(reply) == (401, "You must be logged in to create data")
