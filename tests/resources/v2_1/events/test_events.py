"""Representation and visibility of events (spec 4.1, 4.3)."""

import pytest

from joindin.models import EventImage
from tests.conftest import WEBSITE_URL
from tests.factories import (
    make_attendance,
    make_event,
    make_event_comment,
    make_pending_event,
    make_rejected_event,
    make_user,
    parse_instant,
)

NOW = parse_instant("2026-11-21T15:30")
WEB = "http://web.example"


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def full(session):
    """An event with all fields."""
    host, guest = make_user(session, "host", full_name="Hedy Host"), make_user(session, "guest")
    event = make_event(
        session,
        "SampleConf",
        host=host,
        tags=["php", "web"],
        slug="sampleconf",
        stub="sc26",
        starts_at=parse_instant("2026-11-22T23:00"),
        ends_at=parse_instant("2026-11-24T22:59:59"),
        description='Two days & "quotes" <kept>',
        href="https://conf.example",
        icon="icon-1-small.png",
        latitude=52.3731,
        longitude=4.8922,
        contact_name="Hedy Host",
        hashtag="#sc26",
        cfp_starts_at=parse_instant("2026-06-30T22:00"),
        cfp_ends_at=parse_instant("2026-10-31T23:00"),
        cfp_url="https://conf.example/cfp",
        talk_count=3,
        track_count=2,
        talk_comment_count=7,
    )
    make_attendance(session, event, guest)
    make_event_comment(session, event, guest, rating=4)
    make_event_comment(session, event, make_user(session), rating=5)
    session.add(EventImage(event_id=event.id, size="orig", file="icon-1-orig.png", width=650, height=650))
    session.add(EventImage(event_id=event.id, size="small", url="https://old.example/i.png", width=140, height=140))
    return event, host, guest


def addresses(event):
    here = f"http://localhost/v2.1/events/{event.id}"
    return {
        "uri": here,
        "verbose_uri": f"{here}?verbose=yes",
        "comments_uri": f"{here}/comments",
        "talks_uri": f"{here}/talks",
        "tracks_uri": f"{here}/tracks",
        "attending_uri": f"{here}/attending",
        "images_uri": f"{here}/images",
        "hosts_uri": f"{here}/hosts",
    }


IMAGES = {
    "orig": {"type": "orig", "url": f"{WEB}/inc/img/event_icons/icon-1-orig.png", "width": 650, "height": 650},
    "small": {"type": "small", "url": "https://old.example/i.png", "width": 140, "height": 140},
}


def test_an_event_is_shown_in_short_in_the_contracts_order(api, full):
    event, *_ = full

    reply = api.get(f"/v2.1/events/{event.id}")

    assert reply.status_code == 200
    assert list(reply.json["events"][0].items()) == [
        ("name", "SampleConf"),
        ("url_friendly_name", "sampleconf"),
        ("start_date", "2026-11-23T00:00:00+01:00"),
        ("end_date", "2026-11-24T23:59:59+01:00"),
        ("description", 'Two days & "quotes" <kept>'),
        ("stub", "sc26"),
        ("href", "https://conf.example"),
        ("tz_continent", "Europe"),
        ("tz_place", "Amsterdam"),
        ("attendee_count", 1),
        ("attending", False),
        ("event_average_rating", 5),
        ("event_comments_count", 2),
        ("tracks_count", 2),
        ("talks_count", 3),
        ("icon", "icon-1-small.png"),
        ("location", "Main Hall"),
        ("rejection_reason", None),
        ("images", IMAGES),
        ("tags", ["php", "web"]),
        *addresses(event).items(),
        ("pending", 0),
        ("website_uri", f"{WEB}/event/sampleconf"),
        ("humane_website_uri", f"{WEB}/e/sc26"),
        ("attendees_uri", f"http://localhost/v2.1/events/{event.id}/attendees"),
    ]


def test_the_verbose_form_has_all_fields_in_the_order_of_the_contract(api, full):
    event, host, _guest = full
    here = f"http://localhost/v2.1/events/{event.id}"

    reply = api.signed_in(host).get(f"/v2.1/events/{event.id}?verbose=yes")

    assert reply.status_code == 200
    assert list(reply.json["events"][0].items()) == [
        ("name", "SampleConf"),
        ("url_friendly_name", "sampleconf"),
        ("start_date", "2026-11-23T00:00:00+01:00"),
        ("end_date", "2026-11-24T23:59:59+01:00"),
        ("description", 'Two days & "quotes" <kept>'),
        ("stub", "sc26"),
        ("href", "https://conf.example"),
        ("icon", "icon-1-small.png"),
        ("latitude", 52.3731),
        ("longitude", 4.8922),
        ("tz_continent", "Europe"),
        ("tz_place", "Amsterdam"),
        ("location", "Main Hall"),
        ("contact_name", "Hedy Host"),
        ("hashtag", "#sc26"),
        ("attendee_count", 1),
        ("attending", False),
        ("event_average_rating", 5),
        ("comments_enabled", 0),
        ("event_comments_count", 2),
        ("tracks_count", 2),
        ("talks_count", 3),
        ("cfp_start_date", "2026-07-01T00:00:00+02:00"),
        ("cfp_end_date", "2026-11-01T00:00:00+01:00"),
        ("cfp_url", "https://conf.example/cfp"),
        ("rejection_reason", None),
        ("talk_comments_count", 7),
        ("images", IMAGES),
        ("tags", ["php", "web"]),
        *addresses(event).items(),
        ("pending", 0),
        ("website_uri", f"{WEB}/event/sampleconf"),
        ("humane_website_uri", f"{WEB}/e/sc26"),
        ("reported_comments_uri", f"{here}/comments/reported"),
        ("reported_talk_comments_uri", f"{here}/talk_comments/reported"),
        ("pending_claims_uri", f"{here}/claims"),
        ("all_talk_comments_uri", f"{here}/talk_comments"),
        ("hosts", [{"host_name": "Hedy Host", "host_uri": f"http://localhost/v2.1/users/{host.id}"}]),
        ("attendees_uri", f"{here}/attendees"),
        ("can_edit", True),
    ]


def test_a_bare_event_has_empty_lists_nulls_and_no_optional_links(api, session):
    event = make_event(session, slug="bare", timezone=None, is_pending=None, location=None)

    shown = api.get(f"/v2.1/events/{event.id}?verbose=yes").json["events"][0]

    empty = {key: value for key, value in shown.items() if value is None or value == []}
    nulls = ("stub", "href", "icon", "latitude", "longitude", "tz_continent", "tz_place", "location", "contact_name")
    nulls += ("hashtag", "cfp_start_date", "cfp_end_date", "cfp_url", "rejection_reason", "pending")
    assert empty == dict.fromkeys(nulls) | {"images": [], "tags": [], "hosts": []}
    assert (shown["event_average_rating"], shown["can_edit"]) == (0, False)
    optional = ("approval_uri", "submission_uri", "humane_website_uri", "reported_comments_uri", "pending_claims_uri")
    assert [key for key in optional if key in shown] == []


@pytest.mark.parametrize("verbose", ["YES", "1", "true", "no", ""])
def test_only_yes_is_verbose(api, session, verbose):
    event = make_event(session)

    assert "can_edit" not in api.get(f"/v2.1/events/{event.id}?verbose={verbose}").json["events"][0]


@pytest.mark.parametrize(
    ("zone", "parts", "start", "end"),
    [
        ("Europe/Amsterdam", ("Europe", "Amsterdam"), "2026-10-24T12:00:00+02:00", "2026-10-26T11:00:00+01:00"),
        ("America/Denver", ("America", "Denver"), "2026-10-24T04:00:00-06:00", "2026-10-26T04:00:00-06:00"),
        ("Asia/Kolkata", ("Asia", "Kolkata"), "2026-10-24T15:30:00+05:30", "2026-10-26T15:30:00+05:30"),
        ("US/Pacific", ("US", "Pacific"), "2026-10-24T03:00:00-07:00", "2026-10-26T03:00:00-07:00"),
        (
            "America/Argentina/Salta",
            ("America", "Argentina/Salta"),
            "2026-10-24T07:00:00-03:00",
            "2026-10-26T07:00:00-03:00",
        ),
        ("Atlantis/Old", ("Atlantis", "Old"), "2026-10-24T10:00:00+00:00", "2026-10-26T10:00:00+00:00"),
        ("", ("", ""), "2026-10-24T10:00:00+00:00", "2026-10-26T10:00:00+00:00"),
        (None, (None, None), "2026-10-24T10:00:00+00:00", "2026-10-26T10:00:00+00:00"),
    ],
)
def test_dates_follow_the_clocks_of_the_event_across_the_change_of_time(api, session, zone, parts, start, end):
    event = make_event(
        session, timezone=zone, starts_at=parse_instant("2026-10-24T10:00"), ends_at=parse_instant("2026-10-26T10:00")
    )

    shown = api.get(f"/v2.1/events/{event.id}").json["events"][0]

    assert (shown["tz_continent"], shown["tz_place"]) == parts
    assert (shown["start_date"], shown["end_date"]) == (start, end)


def test_clocks_that_go_forward_are_followed_too(api, session):
    event = make_event(
        session, starts_at=parse_instant("2027-03-28T00:59:59"), ends_at=parse_instant("2027-03-28T01:00")
    )

    shown = api.get(f"/v2.1/events/{event.id}").json["events"][0]

    assert (shown["start_date"], shown["end_date"]) == ("2027-03-28T01:59:59+01:00", "2027-03-28T03:00:00+02:00")


@pytest.mark.parametrize(
    ("starts_at", "enabled"),
    [
        ("2026-11-22T00:00", 0),
        ("2026-11-21T23:59:59", 1),
        ("2026-08-23T00:00:01", 1),
        ("2026-08-23T00:00", 0),
    ],
)
def test_comments_enabled_is_1_from_the_day_of_the_start_for_90_days(api, session, starts_at, enabled):
    event = make_event(session, starts_at=parse_instant(starts_at))

    assert api.get(f"/v2.1/events/{event.id}?verbose=yes").json["events"][0]["comments_enabled"] == enabled


@pytest.mark.parametrize(("ratings", "mean"), [([], 0), ([0], 0), ([3, 4], 4), ([1, 1, 2], 1), ([5, 4, 4], 4)])
def test_the_rating_is_a_rounded_mean_of_those_that_count(api, session, ratings, mean):
    event = make_event(session)
    for rating in ratings:
        make_event_comment(session, event, make_user(session), rating=rating)

    assert api.get(f"/v2.1/events/{event.id}").json["events"][0]["event_average_rating"] == mean


@pytest.mark.parametrize("role", ["visitor", "plain", "trusted", "other host", "host", "admin"])
def test_only_its_hosts_and_admins_find_an_event_that_is_not_live(api, session, role):
    host, other = make_user(session), make_user(session)
    make_event(session, host=other)
    user = {
        "plain": make_user(session),
        "trusted": make_user(session, is_trusted=True),
        "other host": other,
        "host": host,
        "admin": make_user(session, is_admin=True),
    }.get(role)
    caller = api.signed_in(user) if user else api
    live = make_event(session, host=host)
    waiting, rejected = make_pending_event(session, host=host), make_rejected_event(session, host=host)
    private = make_event(session, host=host, is_private=True)

    replies = {
        name: caller.get(f"/v2.1/events/{event.id}")
        for name, event in (("live", live), ("waiting", waiting), ("rejected", rejected), ("private", private))
    }

    found = {"live", "waiting", "rejected"} if role in ("host", "admin") else {"live"}
    assert {name for name, reply in replies.items() if reply.status_code == 200} == found
    assert [
        reply.json for name, reply in replies.items() if name not in found and reply.status_code == 404
    ] == [["Event not found"]] * (4 - len(found))  # fmt: skip


def test_a_host_reads_why_an_event_was_rejected_and_where_to_submit_it_again(api, session):
    host = make_user(session)
    event = make_rejected_event(session, host=host, rejection_reason="Not a conference")

    shown = api.signed_in(host).get(f"/v2.1/events/{event.id}").json["events"][0]

    assert (shown["rejection_reason"], shown["pending"]) == ("Not a conference", 0)
    assert shown["submission_uri"] == f"http://localhost/v2.1/events/{event.id}/submission"
    assert "approval_uri" not in shown


def test_only_admins_have_the_approval_link_and_only_while_the_event_is_pending(api, session):
    host, admin = make_user(session), make_user(session, is_admin=True)
    pending, live = make_pending_event(session, host=host), make_event(session, host=host)
    clients = {"host": api.signed_in(host), "admin": api.signed_in(admin)}

    links = {
        (role, event.id): client.get(f"/v2.1/events/{event.id}").json["events"][0].get("approval_uri")
        for role, client in clients.items()
        for event in (pending, live)
    }

    assert links == {
        ("host", pending.id): None,
        ("host", live.id): None,
        ("admin", pending.id): f"http://localhost/v2.1/events/{pending.id}/approval",
        ("admin", live.id): None,
    }


def test_an_event_without_a_slug_has_the_web_address_of_events(api, session):
    event = make_event(session, slug=None)

    [representation] = api.get(f"/v2.1/events/{event.id}").json["events"]

    assert (representation["url_friendly_name"], representation["website_uri"]) == (None, f"{WEBSITE_URL}/event/")


@pytest.mark.parametrize("number", ["999", "99999999999999999999999", "9" * 1900])
def test_an_unknown_event_is_not_found(api, number):
    reply = api.get(f"/v2.1/events/{number}")

    assert (reply.status_code, reply.json) == (404, ["Event not found"])
