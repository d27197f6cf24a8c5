"""The iOS app of 2017 (spec 21.2). It ignores values of an unexpected JSON type."""

import re

import pytest

from tests.clients.client import ROOT, read_error, read_list, read_single
from tests.factories import (
    make_attendance,
    make_event,
    make_event_comment,
    make_talk,
    make_talk_comment,
)

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
NUMBER = (int, float)

EVENT = {
    str: "name start_date end_date description location stub icon uri verbose_uri comments_uri talks_uri tracks_uri"
    " attending_uri website_uri tz_continent tz_place",
    NUMBER: "comments_enabled attendee_count event_comments_count latitude longitude",
    bool: "attending",
}
TALK = {
    str: "talk_title talk_description type start_date uri verbose_uri comments_uri event_uri website_uri",
    NUMBER: "average_rating comment_count comments_enabled",
    list: "speakers tracks",
    bool: "starred",
}
COMMENT = {str: "comment user_display_name created_date user_uri", NUMBER: "rating"}
USER = {str: "username full_name uri talks_uri attended_events_uri hosted_events_uri talk_comments_uri gravatar_hash"}


def of_another_type(expected, thing):
    """Return the names of fields with an unexpected type; booleans are not numbers."""
    return [
        name
        for kind, names in expected.items()
        for name in names.split()
        if not isinstance(thing.get(name), kind) or (kind is NUMBER and isinstance(thing[name], bool))
    ]


# The original converted numeric texts to numbers; the app does not show such names.
@pytest.mark.parametrize("name", ["SampleConf", "2026", "1e5", "007"])
def test_events_are_of_the_types_it_expects(ios, session, ann, name, token):
    event = make_event(
        session,
        name,
        description=name,
        location=name,
        stub=name,
        icon=f"{name}.png",
        latitude=52.0,
        longitude=-4.5,
    )
    make_attendance(session, event, ann)
    ios = ios.signed_in(token(ann))

    listed = read_single(ios.get(f"{ROOT}/events", filter="hot"), "events")
    seen = read_single(ios.get(listed["verbose_uri"]), "events")

    assert of_another_type(EVENT, seen) == []
    assert (seen["name"], seen["location"], seen["stub"], seen["attending"]) == (name, name, name, True)
    assert (listed["name"], DATE.fullmatch(listed["start_date"]) is not None) == (name, True)


@pytest.mark.parametrize("words", ["On Python", "2026"])
def test_talks_and_comments_are_of_the_types_it_expects(ios, session, event, ann, words):
    talk = make_talk(session, event, words, description=words, speakers=[words])
    make_talk_comment(session, talk, ann, text=words)
    make_event_comment(session, event, ann, text=words, rating=0)

    seen = read_single(ios.get(f"{ROOT}/events/{event.id}", verbose="yes"), "events")
    its_talk = read_single(ios.get(seen["talks_uri"], resultsperpage=200), "talks")
    about_talk = read_single(ios.get(its_talk["comments_uri"], resultsperpage=200), "comments")
    about_event = read_single(ios.get(seen["comments_uri"], resultsperpage=200), "comments")

    assert of_another_type(TALK, its_talk) == []
    assert [of_another_type(COMMENT, each) for each in (about_talk, about_event)] == [[], []]
    assert (its_talk["talk_title"], its_talk["speakers"], about_talk["comment"], about_event["comment"]) == (
        words,
        [{"speaker_name": words}],
        words,
        words,
    )


def test_empty_relations_of_a_talk_are_lists(ios, session, event):
    make_talk(session, event)

    talk = read_single(ios.get(f"{ROOT}/events/{event.id}/talks", resultsperpage=200), "talks")

    assert (talk["speakers"], talk["tracks"]) == ([], [])


def test_a_user_signs_in_and_reads_their_account(ios, session, consumer, ann):
    ann.full_name = "2026"
    form = {"username": "ann", "password": "secret", "client_id": "web2", "client_secret": "web2secret"}

    reply = ios.post(f"{ROOT}/token", {**form, "grant_type": "password"})
    user = read_single(ios.signed_in(reply.json["access_token"]).get(reply.json["user_uri"], verbose="yes"), "users")

    assert (reply.status_code, {name: type(value) for name, value in reply.json.items()}) == (
        200,
        {"access_token": str, "user_uri": str},
    )
    assert (user["full_name"], of_another_type(USER, user)) == ("2026", [])


@pytest.mark.parametrize(("private", "seen"), [("0", 1), ("1", 0)])
def test_a_user_comments_on_a_talk_with_text_values(ios, talk, ann, token, private, seen):
    ios = ios.signed_in(token(ann))

    reply = ios.post(f"{ROOT}/talks/{talk.id}/comments", {"rating": "4", "comment": "Nice", "private": private})

    comments = read_list(ios.get(f"{ROOT}/talks/{talk.id}/comments", resultsperpage=200), "comments")
    assert (reply.status_code, [each["rating"] for each in comments]) == (201, [4] * seen)


def test_a_first_comment_on_an_event_with_its_rating_of_nothing_is_refused_as_ever(ios, event, ann, token):
    """Decision 10 of the contract: after a rating in another client the app's comments are accepted."""
    ios = ios.signed_in(token(ann))
    comments_uri = f"{ROOT}/events/{event.id}/comments"

    first = ios.post(comments_uri, {"comment": "Nice", "rating": "0"})
    rated = ios.post(comments_uri, {"comment": "Nice", "rating": "5"})
    later = ios.post(comments_uri, {"comment": "Very nice", "rating": "0"})

    assert read_error(first) == (400, 'The field "rating" must be a number (1-5)')
    assert (rated.status_code, later.status_code) == (201, 201)
    assert sorted(each["rating"] for each in read_list(ios.get(comments_uri), "comments")) == [0, 5]


def test_a_user_attends_an_event_and_stops_attending(ios, event, ann, token):
    ios = ios.signed_in(token(ann))
    attending_uri = f"{ROOT}/events/{event.id}/attending"

    attended = ios.post(attending_uri)
    is_attending = ios.get(attending_uri).json["is_attending"]
    left = ios.delete(attending_uri)

    assert (attended.status_code, is_attending) == (201, True)
    assert (left.status_code, ios.get(attending_uri).json["is_attending"]) == (200, False)
