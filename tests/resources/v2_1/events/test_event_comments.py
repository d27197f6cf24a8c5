"""Comments on events: reading and writing (spec 5.1 to 5.3)."""

import hashlib

import pytest

from joindin.models import Event, EventComment
from tests.database_rows import count_rows
from tests.factories import (
    days_from_now,
    make_client,
    make_event,
    make_event_comment,
    make_pending_event,
    make_user,
    newest,
    parse_instant,
)

ALICES_HASH = hashlib.md5(b"alice@example.org").hexdigest()


def comment_on(api, event, **body):
    return api.post(f"/v2.1/events/{event.id}/comments", json=body)


def read_counters(event):
    return event.comment_count, event.rating_sum, event.rating_count


def test_a_comment_is_shown_in_short(api, session):
    event = make_event(session, timezone="Asia/Tokyo")
    alice = make_user(session, "alice", full_name="Alice Ash")
    comment = make_event_comment(
        session, event, alice, rating=5, text="<b>Nice</b> & good", created_at=parse_instant("2026-01-02T20:00")
    )

    reply = api.get(f"/v2.1/event_comments/{comment.id}")

    here, its_event = f"http://localhost/v2.1/event_comments/{comment.id}", f"http://localhost/v2.1/events/{event.id}"
    assert reply.status_code == 200
    assert list(reply.json["comments"][0].items()) == [
        ("rating", 5),
        ("comment", "<b>Nice</b> & good"),
        ("created_date", "2026-01-03T05:00:00+09:00"),
        ("user_display_name", "Alice Ash"),
        ("username", "alice"),
        ("user_uri", f"http://localhost/v2.1/users/{alice.id}"),
        ("comment_uri", here),
        ("verbose_comment_uri", f"{here}?verbose=yes"),
        ("event_uri", its_event),
        ("event_comments_uri", f"{its_event}/comments"),
        ("reported_uri", f"{here}/reported"),
    ]
    assert reply.json["meta"] == {"count": 1, "total": 1, "this_page": f"{here}?resultsperpage=20"}


def test_the_verbose_form_adds_source_and_gravatar_in_their_places(api, session):
    event = make_event(session)
    comment = make_event_comment(session, event, make_user(session, "alice", email="Alice@Example.org"), source="web2")

    reply = api.get(f"/v2.1/event_comments/{comment.id}?verbose=yes")

    shown = reply.json["comments"][0]
    assert reply.status_code == 200
    assert list(shown)[:7] == [
        "rating",
        "comment",
        "source",
        "created_date",
        "gravatar_hash",
        "user_display_name",
        "username",
    ]
    assert (shown["source"], shown["gravatar_hash"]) == ("web2", ALICES_HASH)


def test_a_comment_without_an_account_has_its_stored_author_name(api, session):
    comment = make_event_comment(session, make_event(session), rating=None, author_name="A passer-by")

    reply = api.get(f"/v2.1/event_comments/{comment.id}?verbose=yes")

    shown = reply.json["comments"][0]
    assert reply.status_code == 200
    assert (shown["user_display_name"], shown["rating"]) == ("A passer-by", None)
    assert shown["gravatar_hash"] == hashlib.md5(b"").hexdigest()
    assert [key for key in ("username", "user_uri") if key in shown] == []


def test_a_comment_outlives_its_author(api, session):
    event, author = make_event(session), make_user(session, full_name="Gone Soon")
    assert comment_on(api.signed_in(author), event, comment="Bye", rating=3).status_code == 201
    session.delete(author)

    reply = api.get(f"/v2.1/events/{event.id}/comments")

    assert reply.status_code == 200
    assert [(each["user_display_name"], "user_uri" in each) for each in reply.json["comments"]] == [
        ("Gone Soon", False)
    ]


@pytest.mark.parametrize("name", ["0", "99", "abc", "99999999999999999999", "1e3", "²"])
def test_a_comment_that_is_not_there_is_not_found(api, session, name):
    make_event_comment(session, make_event(session))

    reply = api.get(f"/v2.1/event_comments/{name}")

    assert (reply.status_code, reply.json) == (404, ["Comment not found"])


def test_hidden_comments_are_not_shown_but_counted(api, session):
    event = make_event(session)
    make_event_comment(session, event, make_user(session), text="Open")
    hidden = make_event_comment(session, event, make_user(session), is_hidden=True)

    one = api.get(f"/v2.1/event_comments/{hidden.id}")
    listed = api.get(f"/v2.1/events/{event.id}/comments")
    shown = api.get(f"/v2.1/events/{event.id}")

    assert (one.status_code, one.json) == (404, ["Comment not found"])
    assert ([each["comment"] for each in listed.json["comments"]], listed.json["meta"]["total"]) == (["Open"], 1)
    assert shown.json["events"][0]["event_comments_count"] == 2


def test_comments_are_listed_newest_first_in_pages(api, session):
    event, other = make_event(session), make_event(session)
    make_event_comment(session, other)
    for text, said_at in (("b", "2026-01-02"), ("a", "2026-01-01"), ("c", "2026-01-03"), ("d", "2026-01-03")):
        make_event_comment(session, event, text=text, created_at=parse_instant(said_at))
    here = f"http://localhost/v2.1/events/{event.id}/comments"

    first = api.get(f"/v2.1/events/{event.id}/comments?resultsperpage=3")
    second = api.get(f"/v2.1/events/{event.id}/comments?resultsperpage=3&start=3")
    everything = api.get(f"/v2.1/events/{event.id}/comments?resultsperpage=0")

    assert [each["comment"] for each in first.json["comments"]] == ["d", "c", "b"]
    assert first.json["meta"] == {
        "count": 3,
        "total": 4,
        "this_page": f"{here}?resultsperpage=3",
        "next_page": f"{here}?resultsperpage=3&start=3",
    }
    assert [each["comment"] for each in second.json["comments"]] == ["a"]
    assert second.json["meta"]["prev_page"] == f"{here}?resultsperpage=3&start=0"
    assert [each["comment"] for each in everything.json["comments"]] == ["d", "c", "b", "a"]


def test_a_comment_costs_the_same_however_many_there_are(api, session, count_statements):
    event = make_event(session)
    path, body = f"/v2.1/events/{event.id}/comments", {"comment": "x", "rating": 4}
    writers = [api.signed_in(make_user(session)) for _ in range(2)]
    # Recording the first use of a token is a statement too.
    for writer in writers:
        writer.get("/v2.1")

    with count_statements() as for_first:
        first = writers[0].post(path, json=body)
    for _ in range(5):
        make_event_comment(session, event, make_user(session))
    session.commit()
    with count_statements() as for_seventh:
        seventh = writers[1].post(path, json=body)

    assert (first.status_code, seventh.status_code) == (201, 201)
    # Token, rate limit, event; event, context of the comment, comment, counters.
    assert len(for_first) == len(for_seventh) == 7


def test_a_list_costs_the_same_for_one_comment_and_for_three(api, session, count_statements):
    event = make_event(session)
    make_event_comment(session, event, make_user(session))
    path = f"/v2.1/events/{event.id}/comments?verbose=yes"

    with count_statements() as for_one:
        one = api.get(path)
    make_event_comment(session, event, make_user(session))
    make_event_comment(session, event, make_user(session))
    session.commit()
    with count_statements() as for_three:
        three = api.get(path)

    assert (len(one.json["comments"]), len(three.json["comments"])) == (1, 3)
    assert len(for_one) == len(for_three) == 2


def test_a_user_with_the_longest_name_comments_and_is_renamed(api, session):
    event, author = make_event(session), make_user(session, full_name="x" * 200)
    client = api.signed_in(author)

    commented = comment_on(client, event, comment="Good", rating=4)
    renamed = client.put(f"/v2.1/users/{author.id}", json={"full_name": "y" * 200, "email": author.email})

    assert (commented.status_code, renamed.status_code) == (201, 204)
    assert newest(session, EventComment).author_name == "y" * 100
    assert api.get(f"/v2.1/events/{event.id}/comments").json["comments"][0]["user_display_name"] == "y" * 200


def test_a_user_comments_and_rates(api, session):
    event, author = make_event(session), make_user(session, full_name="Bea Birch")
    client = make_client(session, name="An app")

    reply = comment_on(api.signed_in(author, client), event, comment=" Good \n<3 ", rating=4)

    comment = newest(session, EventComment)
    assert (reply.status_code, reply.data) == (201, b"")
    assert reply.headers["Location"] == f"http://localhost/v2.1/event_comments/{comment.id}"
    assert (comment.event_id, comment.user_id, comment.author_name) == (event.id, author.id, "Bea Birch")
    assert (comment.text, comment.rating, comment.source) == (" Good \n<3 ", 4, "An app")
    assert read_counters(session.get(Event, event.id)) == (1, 4, 1)


def test_comments_of_a_client_without_a_name_come_from_joind_in(api, session):
    event = make_event(session)

    reply = comment_on(api.signed_in(make_user(session), make_client(session, name=None)), event, comment="x", rating=1)

    assert reply.status_code == 201
    assert newest(session, EventComment).source == "joind.in"


REFUSED = [
    ({}, 'The field "rating" is required'),
    ({"comment": "", "rating": ""}, 'The field "rating" is required'),
    ({"comment": "", "rating": None}, 'The field "rating" is required'),
    ({"comment": "", "rating": "four"}, 'The field "rating" must be a number'),
    ({"comment": "", "rating": [4]}, 'The field "rating" must be a number'),
    ({"comment": "", "rating": True}, 'The field "rating" must be a number'),
    ({"rating": 9}, 'The field "comment" is required'),
    ({"comment": "", "rating": 9}, 'The field "comment" is required'),
    ({"comment": " \n", "rating": 4}, 'The field "comment" is required'),
    ({"comment": "0", "rating": 4}, 'The field "comment" is required'),
    ({"comment": None, "rating": 4}, 'The field "comment" is required'),
    ({"comment": ["x"], "rating": 4}, "Expected parameter comment is not a readable string"),
    ({"comment": "x" * 20_001, "rating": 4}, "The field 'comment' must not be longer than 20000 characters"),
    ({"comment": "x", "rating": 0}, 'The field "rating" must be a number (1-5)'),
    ({"comment": "x", "rating": "6"}, 'The field "rating" must be a number (1-5)'),
    ({"comment": "x", "rating": -1}, 'The field "rating" must be a number (1-5)'),
    ({"comment": "x", "rating": 4.5}, 'The field "rating" must be a number (1-5)'),
    ({"comment": "x", "rating": "1e400"}, 'The field "rating" must be a number (1-5)'),
]


@pytest.mark.parametrize(("body", "message"), REFUSED)
def test_errors_of_a_comment_are_reported_in_the_order_of_the_contract(api, session, body, message):
    event = make_event(session)

    reply = comment_on(api.signed_in(make_user(session)), event, **body)

    assert (reply.status_code, reply.json) == (400, [message])
    assert (newest(session, EventComment), read_counters(session.get(Event, event.id))) == (None, (0, 0, 0))


def test_the_login_is_checked_before_the_body(api, session):
    reply = comment_on(api, make_event(session))

    assert (reply.status_code, reply.json) == (400, ["You must log in to comment"])


def test_ratings_may_be_numeric_strings(api, session):
    event = make_event(session)

    replies = [
        comment_on(api.signed_in(make_user(session)), event, comment="x", rating=rating)
        for rating in ("4", " 5", "3.0")
    ]

    assert [reply.status_code for reply in replies] == [201, 201, 201]
    assert read_counters(session.get(Event, event.id)) == (3, 12, 3)


def test_only_the_first_rating_of_a_person_counts(api, session):
    event, author = make_event(session), make_user(session)
    writer = api.signed_in(author)

    replies = [
        comment_on(writer, event, comment=text, rating=rating) for text, rating in (("a", 2), ("b", 5), ("c", 0))
    ]

    assert [reply.status_code for reply in replies] == [201, 201, 201]
    assert [each["rating"] for each in api.get(f"/v2.1/events/{event.id}/comments").json["comments"]] == [0, 0, 2]
    assert read_counters(session.get(Event, event.id)) == (3, 2, 1)


@pytest.mark.parametrize("rating", [-1, "-0.5", 6, "5.5", 77, "1e400"])
@pytest.mark.parametrize("who", ["host", "repeated author"])
def test_a_rating_out_of_range_is_refused_even_where_it_does_not_count(api, session, who, rating):
    author = make_user(session)
    event = make_event(session, host=author if who == "host" else None)
    caller = api.signed_in(author)
    if who == "repeated author":
        comment_on(caller, event, comment="first", rating=3)
    before = count_rows(session)

    reply = comment_on(caller, event, comment="x", rating=rating)

    assert (reply.status_code, reply.json) == (400, ['The field "rating" must be a number (1-5)'])
    assert count_rows(session) == before


@pytest.mark.parametrize(("days", "enabled"), [(-100, 0), (0, 1), (30, 0)])
def test_comments_are_accepted_at_any_time_and_comments_enabled_is_for_display(api, session, days, enabled):
    event = make_event(session, starts_at=days_from_now(days))

    reply = comment_on(api.signed_in(make_user(session)), event, comment="x", rating=4)

    assert reply.status_code == 201
    assert api.get(f"/v2.1/events/{event.id}?verbose=yes").json["events"][0]["comments_enabled"] == enabled


def test_hosts_comment_without_rating_but_admins_rate(api, session):
    host, admin = make_user(session), make_user(session, is_admin=True)
    event = make_event(session, host=host)

    by_host = comment_on(api.signed_in(host), event, comment="Welcome", rating=5)
    by_admin = comment_on(api.signed_in(admin), event, comment="Fine", rating=3)

    assert (by_host.status_code, by_admin.status_code) == (201, 201)
    assert [each["rating"] for each in api.get(f"/v2.1/events/{event.id}/comments").json["comments"]] == [3, 0]
    assert read_counters(session.get(Event, event.id)) == (2, 3, 1)


def test_an_event_shows_its_new_average_at_once(api, session):
    event = make_event(session)
    path = f"/v2.1/events/{event.id}?verbose=yes"
    before = api.get(path).json["events"][0]

    for rating in (5, 4, 4):
        comment_on(api.signed_in(make_user(session)), event, comment="x", rating=rating)
    after = api.get(path).json["events"][0]

    assert (before["event_comments_count"], before["event_average_rating"]) == (0, 0)
    assert (after["event_comments_count"], after["event_average_rating"]) == (3, 4)


def test_the_same_words_twice_are_a_duplicate_however_old(api, session):
    event, other, author = make_event(session), make_event(session), make_user(session)
    make_event_comment(session, event, author, text="Again", created_at=parse_instant("2012-01-01"), is_hidden=True)
    writer = api.signed_in(author)

    repeated = comment_on(writer, event, comment="Again", rating=4)
    elsewhere = comment_on(writer, other, comment="Again", rating=4)
    by_another = comment_on(api.signed_in(make_user(session)), event, comment="Again", rating=4)

    assert (repeated.status_code, repeated.json) == (400, ["Duplicate comment"])
    assert (elsewhere.status_code, by_another.status_code) == (201, 201)
    assert session.get(Event, event.id).comment_count == 2


def test_there_is_no_commenting_on_what_one_may_not_see(api, session):
    pending, private = make_pending_event(session), make_event(session, is_private=True)
    writer = api.signed_in(make_user(session))

    replies = [
        writer.post(f"/v2.1/events/{event_id}/comments", json={"comment": "x", "rating": 4})
        for event_id in (pending.id, private.id, 987_654, 2**31, 2**70)
    ]

    assert [(reply.status_code, reply.json) for reply in replies] == [(404, ["Event not found"])] * 5
    assert newest(session, EventComment) is None
