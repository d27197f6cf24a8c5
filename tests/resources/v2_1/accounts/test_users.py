"""Users: search, and the fields that each caller sees (spec 9.1 to 9.3)."""

import hashlib

import pytest

from tests.factories import (
    days_from_now,
    make_attendance,
    make_event,
    make_pending_event,
    make_rejected_event,
    make_user,
)

ADDRESSES = [
    "uri",
    "verbose_uri",
    "website_uri",
    "talks_uri",
    "attended_events_uri",
    "hosted_events_uri",
    "talk_comments_uri",
]
VERBOSE = ["username", "full_name", "twitter_username", "biography", "trusted", "gravatar_hash"]


@pytest.fixture
def alice(session):
    return make_user(
        session,
        "alice",
        email="Alice@Example.org",
        full_name="Alice Ash",
        biography="Lives.",
        twitter_username="@alice",
        is_trusted=True,
    )


def list_names(reply):
    return [user["username"] for user in reply.json["users"]]


def event_names(reply):
    return [event["name"] for event in reply.json["events"]]


def test_a_person_is_shown_in_short(api, alice):
    reply = api.get(f"/v2.1/users/{alice.id}")

    here = f"http://localhost/v2.1/users/{alice.id}"
    assert reply.status_code == 200
    assert list(reply.json["users"][0].items()) == [
        ("username", "alice"),
        ("full_name", "Alice Ash"),
        ("biography", "Lives."),
        ("twitter_username", "@alice"),
        ("uri", here),
        ("verbose_uri", f"{here}?verbose=yes"),
        ("website_uri", "http://web.example/user/alice"),
        ("talks_uri", f"{here}/talks/"),
        ("attended_events_uri", f"{here}/attended/"),
        ("hosted_events_uri", f"{here}/hosted/"),
        ("talk_comments_uri", f"{here}/talk_comments/"),
    ]
    assert reply.json["meta"] == {"count": 1, "total": 1, "this_page": f"{here}?resultsperpage=20"}


def test_visitors_see_no_address_in_the_verbose_form(api, alice):
    reply = api.get(f"/v2.1/users/{alice.id}?verbose=yes")

    shown = reply.json["users"][0]
    assert reply.status_code == 200
    assert list(shown) == VERBOSE + ADDRESSES
    assert (shown["trusted"], shown["gravatar_hash"]) == (1, hashlib.md5(b"alice@example.org").hexdigest())


def test_a_stranger_learns_that_he_may_not_edit(api, session, alice):
    reply = api.signed_in(make_user(session)).get(f"/v2.1/users/{alice.id}?verbose=yes")

    assert reply.status_code == 200
    assert list(reply.json["users"][0]) == [*VERBOSE, *ADDRESSES, "can_edit"]
    assert reply.json["users"][0]["can_edit"] is False


def test_people_see_their_own_address(api, alice):
    reply = api.signed_in(alice).get(f"/v2.1/users/{alice.id}?verbose=yes")

    shown = reply.json["users"][0]
    assert reply.status_code == 200
    assert list(shown) == [*VERBOSE, "email", *ADDRESSES, "can_edit"]
    assert (shown["email"], shown["can_edit"]) == ("Alice@Example.org", True)


@pytest.mark.parametrize("is_admin", [True, False])
def test_admins_see_email_addresses_and_the_admin_flag(api, session, is_admin):
    admin, other = make_user(session, is_admin=True), make_user(session, is_admin=is_admin)

    reply = api.signed_in(admin).get(f"/v2.1/users/{other.id}?verbose=yes")

    shown = reply.json["users"][0]
    assert reply.status_code == 200
    assert list(shown) == [*VERBOSE, "email", "admin", *ADDRESSES, "can_edit"]
    assert (shown["email"], shown["admin"], shown["can_edit"]) == (other.email, int(is_admin), True)


def test_a_deactivated_admin_is_anonymous(api, session, alice):
    retired = make_user(session, is_admin=True, is_active=False)

    reply = api.signed_in(retired).get(f"/v2.1/users/{alice.id}?verbose=yes")

    assert reply.status_code == 200
    assert list(reply.json["users"][0]) == [*VERBOSE, *ADDRESSES]


def test_what_looks_like_a_number_stays_text(api, session):
    user = make_user(session, "2024", full_name="007", biography="1", twitter_username="2")

    shown = api.get(f"/v2.1/users/{user.id}").json["users"][0]

    assert list(shown.values())[:4] == ["2024", "007", "1", "2"]


@pytest.mark.parametrize("number", ["987654", "99999999999999999999", "2147483648", "0002147483647"])
def test_unknown_ids_are_not_found(api, alice, number):
    reply = api.get(f"/v2.1/users/{number}")

    assert (reply.status_code, reply.json) == (404, ["User not found"])


def test_leading_zeros_do_not_matter(api, alice):
    reply = api.get(f"/v2.1/users/{alice.id:060}")

    assert (reply.status_code, list_names(reply)) == (200, ["alice"])


@pytest.mark.parametrize("rest", ["0", "-0", "abc", "1e3", "%20", "%00", "²"])
def test_invalid_ids_lead_to_the_list(api, alice, rest):
    reply = api.get(f"/v2.1/users/{rest}")

    assert (reply.status_code, list_names(reply)) == (200, ["alice"])


@pytest.mark.parametrize("rest", ["-1", "-01", "-1.5", "-99999999999999999999"])
def test_negative_ids_are_those_of_no_user(api, alice, rest):
    reply = api.get(f"/v2.1/users/{rest}")
    lists = [api.get(f"/v2.1/users/{rest}/{part}") for part in ("talks", "hosted/", "attended", "talk_comments")]

    assert (reply.status_code, reply.json) == (404, ["User not found"])
    assert [(each.status_code, each.json["meta"]["total"]) for each in lists] == [(200, 0)] * 4


def test_inactive_people_are_found_nowhere(api, session, alice):
    gone = make_user(session, "alicia", is_active=False)
    event = make_event(session)
    make_attendance(session, event, alice)
    make_attendance(session, event, gone)

    by_id, by_name = api.get(f"/v2.1/users/{gone.id}"), api.get("/v2.1/users?username=alicia")
    lists = [api.get(path) for path in ("/v2.1/users", "/v2.1/users?keyword=ali", f"/v2.1/events/{event.id}/attendees")]

    assert (by_id.status_code, by_id.json) == (404, ["User not found"])
    assert (by_name.status_code, by_name.json) == (404, ["Username not found"])
    assert [(list_names(reply), reply.json["meta"]["total"]) for reply in lists] == [(["alice"], 1)] * 3


@pytest.mark.parametrize("name", ["José", "josé", "JOSE", "Jose%CC%81", "%20jose%20"])
def test_a_username_is_matched_without_case_and_accents(api, session, alice, name):
    make_user(session, "José")

    reply = api.get(f"/v2.1/users?username={name}&keyword=alice&start=7")

    assert (reply.status_code, list_names(reply)) == (200, ["José"])
    assert (reply.json["meta"]["count"], reply.json["meta"]["total"]) == (1, 1)


@pytest.mark.parametrize("name", ["jos", "jo%25", "josef", "_ose", "%5C", "x" * 7_000])
def test_a_username_is_matched_whole(api, session, name):
    make_user(session, "José")

    reply = api.get(f"/v2.1/users?username={name}")

    assert (reply.status_code, reply.json) == (404, ["Username not found"])


@pytest.mark.parametrize(
    ("keyword", "found"),
    [
        ("AN", ["zan", "hana", "bob"]),
        ("hána", ["hana"]),
        ("Twi", ["bob"]),
        ("nobody", []),
        ("%25", ["percent%"]),
        ("_", ["under_score"]),
        ("%5C", ["back\\slash"]),
        ("x" * 7_000, []),
        ("%EF%B7%BA" * 200, []),
    ],
)
def test_a_keyword_is_looked_for_in_all_names_by_full_name(api, session, keyword, found):
    make_user(session, "hana", full_name="Hána B")
    make_user(session, "bob", full_name="Rob", twitter_username="AnTwit")
    make_user(session, "zan", full_name="A first")
    for name in ("percent%", "under_score", "back\\slash"):
        make_user(session, name, full_name="X", twitter_username=None)

    reply = api.get(f"/v2.1/users?keyword={keyword}")

    assert (reply.status_code, list_names(reply)) == (200, found)
    assert (reply.json["meta"]["count"], reply.json["meta"]["total"]) == (len(found), len(found))


def test_people_without_a_full_name_come_first(api, session):
    make_user(session, "ann", full_name="Ann")
    make_user(session, "anna", full_name=None)

    reply = api.get("/v2.1/users?keyword=ann")

    assert (reply.status_code, list_names(reply)) == (200, ["anna", "ann"])


def test_everybody_is_listed_by_id_in_pages(api, session):
    for name in ("c", "a", "b"):
        make_user(session, name)

    first = api.get("/v2.1/users?resultsperpage=2&verbose=no")
    second = api.get("/v2.1/users/?start=2&resultsperpage=2")

    assert (list_names(first), list_names(second)) == (["c", "a"], ["b"])
    assert first.json["meta"] == {
        "count": 2,
        "total": 3,
        "this_page": "http://localhost/v2.1/users?resultsperpage=2&verbose=no",
        "next_page": "http://localhost/v2.1/users?resultsperpage=2&verbose=no&start=2",
    }
    assert second.json["meta"]["prev_page"] == "http://localhost/v2.1/users/?start=0&resultsperpage=2"


def test_a_list_of_people_costs_the_same_for_one_and_for_three(api, session, count_statements):
    make_user(session)
    session.commit()
    with count_statements() as for_one:
        one = api.get("/v2.1/users?verbose=yes")
    make_user(session)
    make_user(session)
    session.commit()

    with count_statements() as for_three:
        three = api.get("/v2.1/users?verbose=yes")

    assert (len(one.json["users"]), len(three.json["users"])) == (1, 3)
    assert (len(for_one), len(for_three)) == (2, 2)


def test_own_hosted_events_are_listed_in_every_state_without_a_rating(api, session, alice):
    make_event(session, "Live", host=alice, starts_at=days_from_now(1), rating_sum=8, rating_count=2)
    make_pending_event(session, "Pending", host=alice, starts_at=days_from_now(3))
    make_rejected_event(session, "Rejected", host=alice, starts_at=days_from_now(2))
    make_event(session, "Private", host=alice, starts_at=days_from_now(4), is_private=True)
    make_event(session, "Of another", host=make_user(session))

    reply = api.signed_in(alice).get(f"/v2.1/users/{alice.id}/hosted/?verbose=yes")

    assert (reply.status_code, event_names(reply)) == (200, ["Private", "Pending", "Rejected", "Live"])
    assert [event["event_average_rating"] for event in reply.json["events"]] == [None] * 4
    assert [event["pending"] for event in reply.json["events"]] == [False, True, False, False]


def test_attended_events_are_listed_if_all_may_see_them(api, session, alice):
    events = [
        make_event(session, "Later", starts_at=days_from_now(3)),
        make_event(session, "Sooner", starts_at=days_from_now(1)),
        make_pending_event(session, "Pending", host=alice),
        make_rejected_event(session, "Rejected"),
        make_event(session, "Private", is_private=True),
    ]
    for event in events:
        make_attendance(session, event, alice)
    make_event(session, "Elsewhere")

    for reader in (api, api.signed_in(alice)):
        reply = reader.get(f"/v2.1/users/{alice.id}/attended/?verbose=yes")

        assert (reply.status_code, event_names(reply)) == (200, ["Later", "Sooner"])
        assert reply.json["meta"]["total"] == 2


@pytest.mark.parametrize("part", ["hosted", "attended"])
def test_lists_of_missing_users_are_empty(api, session, part):
    make_event(session, host=make_user(session))

    reply = api.get(f"/v2.1/users/987654/{part}")

    assert (reply.status_code, reply.json["events"], reply.json["meta"]["total"]) == (200, [], 0)


def test_unknown_paths_below_a_user_have_their_own_messages(api, alice):
    read, written = api.get(f"/v2.1/users/{alice.id}/nothing"), api.post(f"/v2.1/users/{alice.id}/nothing")

    assert (read.status_code, read.json) == (404, ["Unknown Subrequest"])
    assert (written.status_code, written.json) == (401, ["You must be logged in to create data"])
