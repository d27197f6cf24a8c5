"""Approval, rejection and resubmission of events (spec 4.8)."""

import pytest
from sqlalchemy import delete, select

from joindin.models import Event, EventHost, Mail
from tests.factories import make_event, make_pending_event, make_rejected_event, make_user

TO_CREATE = "You must be logged in to create data"


@pytest.fixture
def admin(api, session):
    return api.signed_in(make_user(session, "admin", is_admin=True))


def state(event):
    return event.is_active, event.is_pending, event.rejection_reason, event.reviewer_id


def list_mails(session):
    return [(mail.kind, mail.recipient, mail.context) for mail in session.scalars(select(Mail).order_by(Mail.id))]


def test_an_approved_event_is_live_and_its_hosts_hear_of_it(api, session, admin, host):
    event = make_pending_event(session, "PHP", host=host, slug="php")
    session.add(EventHost(event_id=event.id, user_id=make_user(session, "second").id))
    reviewer = make_user(session, is_admin=True)

    reply = api.signed_in(reviewer).post(f"/v2.1/events/{event.id}/approval")

    assert (reply.status_code, reply.data) == (204, b"")
    assert reply.headers["Location"] == f"http://localhost/v2.1/events/{event.id}"
    assert state(event) == (True, False, None, reviewer.id)
    assert [each["name"] for each in api.get("/v2.1/events").json["events"]] == ["PHP"]
    facts = {"title": "PHP", "slug": "php", "event_id": event.id}
    assert list_mails(session) == [
        ("event_approved", "host@example.org", facts),
        ("event_approved", "second@example.org", facts),
    ]


def test_a_rejected_event_keeps_the_reason_and_hosts_and_platform_hear_it(app, api, session, host):
    event = make_pending_event(session, "PHP", host=host, slug="php")
    reviewer = make_user(session, is_admin=True)

    reply = api.signed_in(reviewer).delete(
        f"/v2.1/events/{event.id}/approval?reason=Not%20a%20%3Cb%3Econference%3C/b%3E"
    )

    assert (reply.status_code, reply.data) == (204, b"")
    assert "Location" not in reply.headers
    assert state(event) == (False, False, "Not a conference", reviewer.id)
    assert api.get(f"/v2.1/events/{event.id}").json == ["Event not found"]
    facts = {"title": "PHP", "slug": "php", "reason": "Not a conference"}
    assert list_mails(session) == [
        ("event_rejected", app.config["MAIL_FROM"], facts),
        ("event_rejected", "host@example.org", facts),
    ]


def test_a_rejection_without_a_reason_sends_no_mail(session, admin, host):
    event = make_pending_event(session, host=host)

    reply = admin.delete(f"/v2.1/events/{event.id}/approval")

    assert reply.status_code == 204
    assert (event.is_active, event.is_pending, event.rejection_reason) == (False, False, "")
    assert list_mails(session) == []


def test_a_reason_in_the_body_does_not_count(session, admin, host):
    event = make_pending_event(session, host=host)

    admin.delete(f"/v2.1/events/{event.id}/approval", json={"reason": "In the body"})

    assert event.rejection_reason == ""


def test_a_reason_has_at_most_200_characters(session, admin, host):
    event = make_pending_event(session, host=host)

    long, longest = (admin.delete(f"/v2.1/events/{event.id}/approval?reason={'n' * length}") for length in (201, 200))

    assert (long.status_code, long.json) == (400, ["The field 'reason' must not be longer than 200 characters"])
    assert (longest.status_code, event.rejection_reason) == (204, "n" * 200)


def test_a_reason_that_is_a_list_is_refused(session, admin):
    event = make_pending_event(session)

    reply = admin.delete(f"/v2.1/events/{event.id}/approval?reason[]=a")

    assert (reply.status_code, reply.json) == (400, ["Expected parameter reason is not a readable string"])
    assert event.is_pending is True


@pytest.mark.parametrize("make", [make_event, make_rejected_event, None])
def test_only_what_waits_is_decided_about(session, admin, host, make):
    event_id = make(session, host=host).id if make else 999

    approved, rejected = (admin.request(verb, f"/v2.1/events/{event_id}/approval") for verb in ("POST", "DELETE"))

    assert (approved.status_code, approved.json) == (400, ["This event cannot be approved"])
    assert (rejected.status_code, rejected.json) == (400, ["This event cannot be rejected"])
    assert list_mails(session) == []


@pytest.mark.parametrize("first", ["POST", "DELETE"])
@pytest.mark.parametrize(("second", "message"), [("POST", "approved"), ("DELETE", "rejected")])
def test_a_second_decision_comes_too_late(session, admin, host, first, second, message):
    event = make_pending_event(session, host=host)
    admin.request(first, f"/v2.1/events/{event.id}/approval?reason=No")
    decided, sent = state(event), list_mails(session)

    reply = admin.request(second, f"/v2.1/events/{event.id}/approval?reason=Yes")

    assert (reply.status_code, reply.json) == (400, [f"This event cannot be {message}"])
    assert (state(event), list_mails(session)) == (decided, sent)


def test_hosts_without_an_address_are_no_hindrance(session, admin):
    event = make_pending_event(session, host=make_user(session, email=None))

    assert admin.post(f"/v2.1/events/{event.id}/approval").status_code == 204
    assert (event.is_active, list_mails(session)) == (True, [])


def test_a_host_submits_a_rejected_event_again(api, session, admin, host):
    event = make_rejected_event(session, "PHP", host=host, contact_name="Hedy Host")
    caller = api.signed_in(host)

    reply = caller.post(f"/v2.1/events/{event.id}/submission")

    assert (reply.status_code, reply.data) == (202, b"")
    assert reply.headers["Location"] == f"http://localhost/v2.1/events/{event.id}"
    assert state(event)[:3] == (False, True, None)
    shown = caller.get(f"/v2.1/events/{event.id}").json["events"][0]
    assert (shown["pending"], shown["rejection_reason"], "submission_uri" in shown) == (1, None, False)
    assert [(kind, to, facts["title"], facts["pending_events"]) for kind, to, facts in list_mails(session)] == [
        ("event_submitted", "admin@example.org", "PHP", 1)
    ]
    session.execute(delete(Mail))
    assert admin.post(f"/v2.1/events/{event.id}/approval").status_code == 204
    assert [kind for kind, *_ in list_mails(session)] == ["event_approved"]


@pytest.mark.parametrize(
    "fields",
    [
        {"is_active": True, "is_pending": False},
        {"is_active": False, "is_pending": True},
        {"is_active": False, "is_pending": None},
    ],
)
def test_only_rejected_events_are_submitted_again(api, session, host, fields):
    event = make_event(session, host=host, **fields)
    before = state(event)

    reply = api.signed_in(host).post(f"/v2.1/events/{event.id}/submission")

    assert (reply.status_code, reply.json) == (400, ["This event cannot be submitted again"])
    assert (state(event), list_mails(session)) == (before, [])


def test_a_rejected_event_comes_back_only_within_the_pending_limit(app, api, session):
    host = make_user(session)
    rejected = make_rejected_event(session, host=host)
    for _ in range(app.config["MAX_PENDING_EVENTS"]):
        make_pending_event(session, host=host)

    reply = api.signed_in(host).post(f"/v2.1/events/{rejected.id}/submission")

    assert (reply.status_code, reply.json) == (400, ["You may only have 3 pending events at one time"])
    assert session.get(Event, rejected.id).is_pending is False
