"""Writing and editing comments on talks (spec 8.3, 8.4)."""

import datetime as dt
import json

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from joindin.models import Event, Mail, TalkComment
from joindin.operations.counter_repair import verify_counters
from tests.factories import (
    NOW,
    make_client,
    make_event,
    make_pending_event,
    make_talk,
    make_talk_comment,
    make_user,
    newest,
    parse_instant,
)
from tests.fuzzing import assert_no_server_error, fuzz_settings, json_body, mutations

NO_TEXT, NO_RATING = 'The field "comment" is required', 'The field "rating" is required'
NO_NUMBER, OUT_OF_RANGE = 'The field "rating" must be a number', 'The field "rating" must be a number (1-5)'


def comment_on(api, talk, **body):
    return api.post(f"/v2.1/talks/{talk.id}/comments", json=body)


def edit(api, comment, text):
    return api.put(f"/v2.1/talk_comments/{comment.id}", json={"comment": text})


def read_counters(session, talk):
    """Return the counters: visible comments, all comments, sum and number of ratings, all comments of the event."""
    session.expire_all()
    event = session.get(Event, talk.event_id)
    return (
        talk.comment_count,
        talk.all_comment_count,
        talk.rating_sum,
        talk.rating_count,
        event.talk_comment_count,
    )


def find_wrong_counters(session):
    return [drift for _, found in verify_counters(session, fix=False) for drift in found]


def test_a_talk_that_takes_no_feedback_refuses_comments(api, session, talk):
    talk.has_feedback = False
    caller = api.signed_in(make_user(session), make_client(session, name="An app"))

    reply = comment_on(caller, talk, comment="Fine", rating=4)

    assert (reply.status_code, reply.json) == (403, ["This talk takes no feedback"])
    assert read_counters(session, talk) == (0, 0, 0, 0, 0)


def test_a_user_comments_and_rates(api, session, talk):
    author = make_user(session)

    reply = comment_on(
        api.signed_in(author, make_client(session, name="An app")), talk, comment=" Good \n<3 ", rating=4
    )

    comment = newest(session, TalkComment)
    assert (reply.status_code, reply.data) == (201, b"")
    assert reply.headers["Location"] == f"http://localhost/v2.1/talk_comments/{comment.id}"
    assert (comment.talk_id, comment.event_id, comment.user_id) == (talk.id, talk.event_id, author.id)
    assert (comment.text, comment.rating, comment.source) == (" Good \n<3 ", 4, "An app")
    assert (comment.is_private, comment.is_hidden) == (False, False)
    assert read_counters(session, talk) == (1, 1, 4, 1, 1)


def test_comments_of_a_client_without_a_name_come_from_joind_in(api, session, talk):
    writer = api.signed_in(make_user(session), make_client(session, name=None))

    reply = comment_on(writer, talk, comment="x", rating=1)

    assert (reply.status_code, newest(session, TalkComment).source) == (201, "joind.in")


REFUSED = [
    ({}, NO_TEXT),
    ({"rating": 9}, NO_TEXT),
    ({"comment": "", "rating": "four"}, NO_TEXT),
    ({"comment": " \n", "rating": 4}, NO_TEXT),
    ({"comment": "0", "rating": 4}, NO_TEXT),
    ({"comment": None, "rating": 4}, NO_TEXT),
    ({"comment": ["x"], "rating": 4}, "Expected parameter comment is not a readable string"),
    ({"comment": True, "rating": 4}, "Expected parameter comment is not a readable string"),
    ({"comment": "x" * 20_001, "rating": 4}, "The field 'comment' must not be longer than 20000 characters"),
    ({"comment": "x"}, NO_RATING),
    ({"comment": "x", "rating": None}, NO_RATING),
    ({"comment": "x", "rating": ""}, NO_RATING),
    ({"comment": "x", "rating": 0}, NO_RATING),
    ({"comment": "x", "rating": "0"}, NO_RATING),
    ({"comment": "x", "rating": False}, NO_RATING),
    ({"comment": "x", "rating": []}, NO_RATING),
    ({"comment": "x", "rating": "abc"}, NO_NUMBER),
    ({"comment": "x", "rating": [4]}, NO_NUMBER),
    ({"comment": "x", "rating": {"a": 4}}, NO_NUMBER),
    ({"comment": "x", "rating": True}, NO_NUMBER),
    ({"comment": "x", "rating": "0.0"}, OUT_OF_RANGE),
    ({"comment": "x", "rating": 0.9}, OUT_OF_RANGE),
    ({"comment": "x", "rating": 5.1}, OUT_OF_RANGE),
    ({"comment": "x", "rating": 6}, OUT_OF_RANGE),
    ({"comment": "x", "rating": "6"}, OUT_OF_RANGE),
    ({"comment": "x", "rating": -1}, OUT_OF_RANGE),
    ({"comment": "x", "rating": "1e400"}, OUT_OF_RANGE),
]


@pytest.mark.parametrize(("body", "message"), REFUSED)
def test_errors_of_a_comment_are_reported_in_the_order_of_the_contract(api, session, talk, body, message):
    versions = talk.version, session.get(Event, talk.event_id).version

    reply = comment_on(api.signed_in(make_user(session)), talk, **body)

    assert (reply.status_code, reply.json) == (400, [message])
    assert (newest(session, TalkComment), read_counters(session, talk)) == (None, (0, 0, 0, 0, 0))
    assert (talk.version, session.get(Event, talk.event_id).version) == versions


def test_login_and_talk_are_checked_before_the_body(api, session):
    private = make_talk(session, make_event(session, is_private=True))
    waiting = make_talk(session, make_pending_event(session))
    gone = make_talk(session, make_event(session), is_active=False)
    writer = api.signed_in(make_user(session))

    as_nobody = [api.post(f"/v2.1/talks/{name}/comments", json={}) for name in (gone.id, 987_654, "abc", 0)]
    of_nothing = [
        writer.post(f"/v2.1/talks/{name}/comments", json={})
        for name in (private.id, waiting.id, gone.id, 987_654, 2**31, 2**70, "abc", 0)
    ]

    assert [(reply.status_code, reply.json) for reply in as_nobody] == [
        (401, ["You must be logged in to create data"])
    ] * 4
    assert as_nobody[0].headers["WWW-Authenticate"] == 'Bearer realm="api.joind.in"'
    assert [(reply.status_code, reply.json) for reply in of_nothing] == [(404, ["Talk not found"])] * 8
    assert newest(session, TalkComment) is None


def test_the_rating_is_checked_although_it_would_not_count(api, session):
    speaker = make_user(session)
    talk = make_talk(session, make_event(session), speakers=[speaker])

    replies = [comment_on(api.signed_in(speaker), talk, comment="x", rating=rating) for rating in (0, 9)]

    assert [(reply.status_code, reply.json) for reply in replies] == [(400, [NO_RATING]), (400, [OUT_OF_RANGE])]


@pytest.mark.parametrize(
    ("sent", "stored"),
    [(1, 1), (5, 5), ("4", 4), (" 5", 5), ("3.0", 3), (3.7, 4), ("3.7", 4), (2.5, 3), (4.49, 4), ("1e0", 1), (5.0, 5)],
)
def test_ratings_may_be_numeric_strings_and_are_rounded(api, session, talk, sent, stored):
    reply = comment_on(api.signed_in(make_user(session)), talk, comment="x", rating=sent)

    assert (reply.status_code, newest(session, TalkComment).rating) == (201, stored)
    assert read_counters(session, talk) == (1, 1, stored, 1, 1)


def test_only_the_first_rating_of_a_person_counts(api, session, talk):
    writer, other = api.signed_in(make_user(session)), api.signed_in(make_user(session))

    replies = [
        comment_on(writer, talk, comment="a", rating=2),
        comment_on(writer, talk, comment="b", rating=5),
        comment_on(other, talk, comment="b", rating=5),
        comment_on(writer, talk, comment="c", rating=1),
    ]

    assert [reply.status_code for reply in replies] == [201] * 4
    listed = api.get(f"/v2.1/talks/{talk.id}/comments").json["comments"]
    assert [(each["comment"], each["rating"]) for each in listed] == [("a", 2), ("b", 0), ("b", 5), ("c", 0)]
    assert read_counters(session, talk) == (4, 4, 7, 2, 4)


@pytest.mark.parametrize("kind", [{"is_private": True}, {"is_hidden": True}])
def test_a_rating_that_is_not_shown_was_given_all_the_same(api, session, talk, kind):
    author = make_user(session)
    make_talk_comment(session, talk, author, rating=2, **kind)

    reply = comment_on(api.signed_in(author), talk, comment="Again", rating=5)

    assert (reply.status_code, newest(session, TalkComment).rating) == (201, 0)
    assert read_counters(session, talk) == (1, 2, 0, 0, 2)


def test_a_rating_of_nothing_leaves_the_first_one_open(api, session, talk):
    author = make_user(session)
    make_talk_comment(session, talk, author, rating=0)

    reply = comment_on(api.signed_in(author), talk, comment="Now", rating=5)

    assert (reply.status_code, newest(session, TalkComment).rating) == (201, 5)


def test_claimed_speakers_comment_without_rating_but_hosts_and_admins_rate(api, session):
    speaker, host, admin = make_user(session), make_user(session), make_user(session, is_admin=True)
    talk = make_talk(session, make_event(session, host=host), speakers=["Somebody", speaker])
    other_talk = make_talk(session, make_event(session))

    replies = [comment_on(api.signed_in(user), talk, comment="x", rating=4) for user in (speaker, host, admin)]
    elsewhere = comment_on(api.signed_in(speaker), other_talk, comment="x", rating=4)

    assert [reply.status_code for reply in (*replies, elsewhere)] == [201] * 4
    shown = api.get(f"/v2.1/talks/{talk.id}/comments").json["comments"]
    assert [each["rating"] for each in shown] == [0, 4, 4]
    assert (read_counters(session, talk), read_counters(session, other_talk)) == ((3, 3, 8, 2, 3), (1, 1, 4, 1, 1))


def test_the_same_words_twice_are_a_duplicate_however_old(api, session, talk):
    other, author = make_talk(session, session.get(Event, talk.event_id)), make_user(session)
    make_talk_comment(session, talk, author, text="Again", created_at=parse_instant("2012-01-01"), is_hidden=True)
    make_talk_comment(session, talk, author, text="Psst", created_at=parse_instant("2012-01-01"), is_private=True)
    writer = api.signed_in(author)

    repeated = [comment_on(writer, talk, comment=text, rating=4) for text in ("Again", "Psst")]
    allowed = [
        comment_on(writer, talk, comment="again", rating=4),
        comment_on(writer, other, comment="Again", rating=4),
        comment_on(api.signed_in(make_user(session)), talk, comment="Again", rating=4),
    ]

    assert [(reply.status_code, reply.json) for reply in repeated] == [(400, ["Duplicate comment"])] * 2
    assert [reply.status_code for reply in allowed] == [201, 201, 201]
    assert read_counters(session, talk) == (2, 4, 4, 1, 5)


@pytest.mark.parametrize("private", [1, "1", True, "yes", "false", " ", 0.5, [0]])
def test_a_private_comment_is_stored_and_counted_but_not_listed(api, session, private):
    speaker, host, author = make_user(session), make_user(session), make_user(session, is_admin=True)
    talk = make_talk(session, make_event(session, host=host), speakers=[speaker])

    reply = comment_on(api.signed_in(author), talk, comment="Psst", rating="4", private=private)

    comment = newest(session, TalkComment)
    assert (reply.status_code, reply.data) == (201, b"")
    assert reply.headers["Location"] == f"http://localhost/v2.1/talk_comments/{comment.id}"
    assert (comment.is_private, comment.rating) == (True, 4)
    assert read_counters(session, talk) == (0, 1, 0, 0, 1)
    for reader in (api.signed_in(author), api.signed_in(speaker), api.signed_in(host)):
        one = reader.get(f"/v2.1/talk_comments/{comment.id}")
        assert (one.status_code, one.json) == (404, ["Comment not found"])
        for place in (
            f"talks/{talk.id}/comments",
            f"events/{talk.event_id}/talk_comments",
            f"users/{author.id}/talk_comments",
        ):
            assert reader.get(f"/v2.1/{place}").json["comments"] == []


@pytest.mark.parametrize("private", [0, "0", False, "", None, [], {}, 0.0])
def test_values_that_are_empty_in_php_are_not_private(api, session, talk, private):
    reply = comment_on(api.signed_in(make_user(session)), talk, comment="Hello", rating="4", private=private)

    assert (reply.status_code, newest(session, TalkComment).is_private) == (201, False)
    assert read_counters(session, talk) == (1, 1, 4, 1, 1)


def test_the_speakers_hear_of_it_each_once_but_not_the_author(api, session):
    author, second = make_user(session, full_name="Ann Author"), make_user(session)
    silent, host = make_user(session, email=""), make_user(session)
    event = make_event(session, "SampleConf", host=host)
    talk = make_talk(session, event, "On Python", speakers=[author, second, second, silent, "Free Name"])

    replies = [
        comment_on(api.signed_in(author), talk, comment="Thanks\nall", rating=5),
        comment_on(api.signed_in(host), talk, comment="Psst", rating=3, private="1"),
    ]

    mails = session.scalars(select(Mail).order_by(Mail.id)).all()
    assert [reply.status_code for reply in replies] == [201, 201]
    assert [(mail.kind, mail.recipient) for mail in mails] == [
        ("talk_comment", second.email),
        ("talk_comment", author.email),
        ("talk_comment", second.email),
    ]
    common = {"talk": "On Python", "event": "SampleConf", "stub": talk.stub}
    assert mails[0].context == {
        **common, "author": "Ann Author", "rating": 0, "comment": "Thanks\nall", "is_private": False,
    }  # fmt: skip
    assert mails[1].context == {
        **common, "author": host.full_name, "rating": 3, "comment": "Psst", "is_private": True,
    }  # fmt: skip


def test_there_is_no_time_window_for_comments(api, session):
    long_ago = make_talk(session, make_event(session, starts_at=parse_instant("2012-01-01")))
    far_away = make_talk(session, make_event(session, starts_at=parse_instant("2112-01-01")))
    writer = api.signed_in(make_user(session))

    replies = [comment_on(writer, talk, comment="x", rating=4) for talk in (long_ago, far_away)]

    assert [reply.status_code for reply in replies] == [201, 201]
    assert session.scalars(select(TalkComment.talk_id).order_by(TalkComment.id)).all() == [long_ago.id, far_away.id]


def test_parameters_may_stand_in_the_address(api, session, talk):
    writer = api.signed_in(make_user(session))

    reply = writer.post(f"/v2.1/talks/{talk.id}/comments?comment=Hi&rating=3&private=1")

    comment = newest(session, TalkComment)
    assert (reply.status_code, comment.text, comment.rating, comment.is_private) == (201, "Hi", 3, True)


def test_talk_and_event_show_a_comment_at_once(api, session, talk):
    talk_path, event_path = f"/v2.1/talks/{talk.id}", f"/v2.1/events/{talk.event_id}?verbose=yes"
    author = make_user(session)
    writer = api.signed_in(author)

    def shown():
        talks = [api.get(path).json["talks"][0] for path in (talk_path, f"/v2.1/events/{talk.event_id}/talks")]
        events = [api.get(path).json["events"][0] for path in (event_path, "/v2.1/events?verbose=yes")]
        mine = writer.get(f"{talk_path}?verbose=yes").json["talks"][0]["user_rating"]
        return (
            [(each["comment_count"], each["average_rating"]) for each in talks],
            [each["talk_comments_count"] for each in events],
            mine,
        )

    seen = [shown()]
    for user, rating, private in ((author, 5, 0), (make_user(session), 2, 0), (make_user(session), 1, 1)):
        assert comment_on(api.signed_in(user), talk, comment="x", rating=rating, private=private).status_code == 201
        seen.append(shown())

    assert seen == [
        ([(0, 0)] * 2, [0, 0], False),
        ([(1, 5)] * 2, [1, 1], 5),
        ([(2, 4)] * 2, [2, 2], 5),
        ([(2, 4)] * 2, [3, 3], 5),
    ]


def test_an_edit_changes_the_words_and_nothing_else(api, session, talk):
    author = make_user(session, "ann", full_name="Ann Author")
    comment = make_talk_comment(session, talk, author, rating=5, text="Goood")
    before = api.get(f"/v2.1/talk_comments/{comment.id}").json["comments"][0]

    reply = api.signed_in(author).put(
        f"/v2.1/talk_comments/{comment.id}?verbose=yes", json={"comment": "Good\n<3", "rating": 1, "private": 1}
    )

    after = api.get(f"/v2.1/talk_comments/{comment.id}").json["comments"][0]
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/json; charset=utf8")
    assert json.dumps(reply.json["comments"]) == json.dumps([before | {"comment": "Good\n<3"}])
    assert (reply.json["meta"]["count"], reply.json["meta"]["total"]) == (1, 1)
    assert after == before | {"comment": "Good\n<3"}
    assert read_counters(session, talk) == (1, 1, 5, 1, 1)
    assert newest(session, Mail) is None


def test_an_edit_changes_the_representation(api, session, talk):
    author = make_user(session)
    comment = make_talk_comment(session, talk, author, text="Old words")
    versions = talk.version, session.get(Event, talk.event_id).version
    lists = [f"talks/{talk.id}/comments", f"events/{talk.event_id}/talk_comments", f"users/{author.id}/talk_comments"]
    before = [api.get(f"/v2.1/{path}").json["comments"][0]["comment"] for path in lists]

    reply = edit(api.signed_in(author), comment, "New words")

    after = [api.get(f"/v2.1/{path}").json["comments"][0]["comment"] for path in lists]
    assert reply.status_code == 200
    assert (before, after) == (["Old words"] * 3, ["New words"] * 3)
    assert (talk.version, session.get(Event, talk.event_id).version) == (versions[0] + 1, versions[1] + 1)


def test_an_edit_is_refused_in_order(api, session, talk):
    author, other = make_user(session), make_user(session, is_admin=True)
    comment = make_talk_comment(session, talk, author, text="Mine")
    old = make_talk_comment(session, talk, author, text="Old", created_at=NOW - dt.timedelta(days=1))
    nobodys = make_talk_comment(session, talk, text="Nobody's")
    hidden = make_talk_comment(session, talk, author, text="Hidden", is_hidden=True)
    private = make_talk_comment(session, talk, author, text="Private", is_private=True)
    as_author, as_other = api.signed_in(author), api.signed_in(other)

    replies = [
        edit(api, comment, ""),
        *[edit(as_other, comment, text) for text in ("", " ", None, "0")],
        as_other.put("/v2.1/talk_comments/987654", json={}),
        edit(as_other, comment, ["x"]),
        edit(as_author, comment, "x" * 20_001),
        *[as_other.put(f"/v2.1/talk_comments/{name}", json={"comment": "x"}) for name in ("0", "987654", "abc", 2**70)],
        edit(as_author, hidden, "x"),
        edit(as_author, private, "x"),
        edit(as_other, old, "x"),
        edit(as_author, nobodys, "x"),
        edit(as_author, old, "x"),
    ]

    assert [(reply.status_code, *reply.json) for reply in replies] == [
        (401, "You must log in to edit a comment"),
        *[(400, NO_TEXT)] * 4,
        (400, NO_TEXT),
        (400, "Expected parameter comment is not a readable string"),
        (400, "The field 'comment' must not be longer than 20000 characters"),
        *[(404, "Comment not found")] * 4,
        (404, "Comment not found"),
        (404, "Comment not found"),
        (403, "You are not the comment author"),
        (403, "You are not the comment author"),
        (400, "Cannot edit the comment after 15 minutes"),
    ]
    texts = session.scalars(select(TalkComment.text).order_by(TalkComment.id)).all()
    assert texts == ["Mine", "Old", "Nobody's", "Hidden", "Private"]


def test_words_may_be_changed_for_as_long_as_is_set(api, app, session, talk, monkeypatch):
    author = make_user(session)
    comment = make_talk_comment(session, talk, author, created_at=parse_instant("2026-11-21T12:00:00"))
    writer = api.signed_in(author)

    def edit_at(time, text):
        with time_machine.travel(f"2026-11-21T{time}+00:00", tick=False):
            return edit(writer, comment, text)

    in_time, too_late = edit_at("12:15:00", "In time"), edit_at("12:15:01", "Late")
    monkeypatch.setitem(app.config, "MAX_COMMENT_EDIT_MINUTES", 2)
    sooner = edit_at("12:02:01", "Sooner")

    assert (in_time.status_code, in_time.json["comments"][0]["comment"]) == (200, "In time")
    assert (too_late.status_code, too_late.json) == (400, ["Cannot edit the comment after 15 minutes"])
    assert (sooner.status_code, sooner.json) == (400, ["Cannot edit the comment after 2 minutes"])
    assert newest(session, TalkComment).text == "In time"


ROLES = ("visitor", "plain", "speaker", "host", "admin", "author")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_comment_and_edit_as_the_contract_says(api, session, role):
    users = {name: make_user(session, name, is_admin=name == "admin") for name in ROLES[1:]}
    talk = make_talk(session, make_event(session, host=users["host"]), speakers=[users["speaker"]])
    comment = make_talk_comment(session, talk, users["author"], rating=0)
    caller = api.signed_in(users[role]) if role in users else api

    posted, edited = comment_on(caller, talk, comment="Hi", rating=3), edit(caller, comment, "Changed")

    assert posted.status_code == (401 if role == "visitor" else 201)
    assert edited.status_code == {"visitor": 401, "author": 200}.get(role, 403)
    assert session.get(TalkComment, comment.id).text == ("Changed" if role == "author" else comment.text)
    assert find_wrong_counters(session) == []


def test_a_comment_costs_the_same_however_many_there_are(api, session, talk, count_statements):
    path, body = f"/v2.1/talks/{talk.id}/comments", {"comment": "x", "rating": 4}
    writers = [api.signed_in(make_user(session)) for _ in range(2)]
    # Recording the first use of a token is a statement too.
    for writer in writers:
        writer.get("/v2.1")

    with count_statements() as for_first:
        first = writers[0].post(path, json=body)
    for _ in range(5):
        make_talk_comment(session, talk, make_user(session))
    session.commit()
    with count_statements() as for_seventh:
        seventh = writers[1].post(path, json=body)

    assert (first.status_code, seventh.status_code) == (201, 201)
    assert len(for_first) == len(for_seventh) == COST_OF_COMMENT


def test_a_comment_costs_the_same_however_many_speakers_hear_of_it(api, session, talk, count_statements):
    speakers = [make_user(session) for _ in range(3)]
    path = f"/v2.1/talks/{make_talk(session, make_event(session), speakers=speakers).id}/comments"
    writer = api.signed_in(make_user(session))
    writer.get("/v2.1")

    with count_statements() as seen:
        reply = writer.post(path, json={"comment": "x", "rating": 4})

    assert reply.status_code == 201
    assert session.scalars(select(Mail.recipient).order_by(Mail.id)).all() == [speaker.email for speaker in speakers]
    assert len(seen) == COST_OF_COMMENT


def test_an_edit_costs_the_same_however_many_comments_there_are(api, session, talk, count_statements):
    author = make_user(session)
    path = f"/v2.1/talk_comments/{make_talk_comment(session, talk, author).id}"
    writer = api.signed_in(author)
    writer.get("/v2.1")

    with count_statements() as for_one:
        first = writer.put(path, json={"comment": "a"})
    for _ in range(5):
        make_talk_comment(session, talk, author)
    session.commit()
    with count_statements() as for_six:
        second = writer.put(path, json={"comment": "b"})

    assert (first.status_code, second.status_code) == (200, 200)
    assert len(for_one) == len(for_six) == COST_OF_EDIT


# Token, rate limit, talk, limit; author, limit, talk, context of the comment; comment, counters of talk and event, mails.
COST_OF_COMMENT = 12
# Token, rate limit, comment; talk, comment; text; versions of talk and event.
COST_OF_EDIT = 8

FIELDS = mutations("comment", "rating", "private", rating=st.sampled_from([1, "5", 3.7, 0, 6, "4 ", "٣", "0x3"]))


@given(FIELDS)
@fuzz_settings(100)
def test_any_comment_is_stored_or_refused_whole(api, session, fields):
    writer = api.signed_in(make_user(session))
    talk = make_talk(session, make_event(session))
    path = f"/v2.1/talks/{talk.id}/comments"

    reply = assert_no_server_error(
        session, lambda: writer.post(path, **json_body({"comment": "Fine", "rating": 4, **fields}))
    )

    if reply.status_code == 201:
        shown = api.get(path)
        assert shown.status_code == 200
        assert all(0 <= each["rating"] <= 5 for each in shown.json["comments"])
        assert read_counters(session, talk)[1] == 1


@given(mutations("comment"))
@fuzz_settings(40)
def test_any_edit_is_stored_or_refused_whole(api, session, fields):
    author = make_user(session)
    comment = make_talk_comment(session, make_talk(session, make_event(session)), author)
    writer, path = api.signed_in(author), f"/v2.1/talk_comments/{comment.id}"

    reply = assert_no_server_error(session, lambda: writer.put(path, **json_body(fields)))

    shown = api.get(path)
    assert shown.status_code == 200
    if reply.status_code == 200:
        assert reply.json["comments"] == shown.json["comments"]
