"""The approval queue through Gancio's API: confirming, hiding, owners, messages, and the mails about them."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models import AuditEntry, Event, EventContact, EventHost, Mail, MailOptOut, ModerationMessage, SiteSetting
from joindin.operations.agenda.confirmation import get_owner_id
from joindin.utils.datetimes import UTC, utc_now
from tests.api_client import ApiClient
from tests.conftest import WEBSITE_URL
from tests.factories import days_from_now, make_event, make_event_comment, make_pending_event, make_user

START = dt.datetime(2035, 3, 9, 19, 30, tzinfo=UTC)


@pytest.fixture
def bob(session):
    return make_user(session, "bob", is_trusted=True)


@pytest.fixture
def submitted(gancio, editor):
    """The id of an event that a visitor has sent in."""
    return submit(gancio())


def submit(caller, **fields):
    body = {"title": "Mail me", "start_datetime": int(START.timestamp()), "place_name": "Mail Hall"}
    return caller.post("/api/event", body | {"place_address": "Road 14"} | fields).json["id"]


def settings(session, **values):
    session.add_all(SiteSetting(key=key, value=value, updated_at=utc_now()) for key, value in values.items())
    session.commit()


def state(session, event_id):
    event = session.get_one(Event, event_id)
    return event.is_active, event.is_pending


def mails(session, kind):
    found = session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)).all()
    return [(mail.recipient, mail.context) for mail in found]


def actions(session):
    return session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()


def test_an_event_of_a_visitor_waits_without_an_owner(gancio, session, submitted):
    event = session.get_one(Event, submitted)

    assert (state(session, submitted), event.contact_name) == ((False, True), None)
    assert get_owner_id(session, submitted) is None


def test_the_reviewers_are_told_of_a_waiting_event(gancio, session, admin, editor, user, bob):
    make_user(session, "gone", is_admin=True, is_active=False)
    quiet = make_user(session, "quiet", is_editor=True)
    session.add(MailOptOut(user_id=quiet.id, topic="approval", opted_out_at=utc_now()))
    settings(session, admin_email="agenda@example.org", title="Test agenda")

    event_id = submit(gancio(), description="<p>Come &amp; see</p>")
    submit(gancio(bob))

    context = {
        "site_title": "Test agenda",
        "title": "Mail me",
        "slug": "mail-me",
        "event_id": event_id,
        "place": "Mail Hall",
        "start": "Friday, 9 March 20:30",
        "description": "Come & see",
    }
    assert mails(session, "agenda_event_submitted") == [
        (address, context) for address in ("boss@example.org", "ed@example.org", "agenda@example.org")
    ]


def test_a_reviewer_confirms_and_the_owner_hears_of_it(gancio, session, editor, user):
    event_id = submit(gancio(user))

    replies = [gancio(editor).put(f"/api/event/confirm/{event_id}") for _ in range(2)]

    assert [(reply.status_code, reply.text) for reply in replies] == [(200, "OK")] * 2
    assert state(session, event_id) == (True, False)
    assert session.get_one(Event, event_id).reviewer_id == editor.id
    facts = {"title": "Mail me", "slug": "mail-me", "event_id": event_id}
    assert mails(session, "event_approved") == [("ann@example.org", facts)]
    assert actions(session) == ["event.approve"]


def test_a_trusted_owner_shows_an_event_that_was_hidden(gancio, session, editor, bob):
    event_id = submit(gancio(bob))

    hidden = gancio(editor).put(f"/api/event/unconfirm/{event_id}")
    between = state(session, event_id)
    shown = gancio(bob).put(f"/api/event/confirm/{event_id}")

    assert (hidden.text, between, shown.text, state(session, event_id)) == ("OK", (False, True), "OK", (True, False))
    assert actions(session) == ["event.hide", "event.show"]
    assert mails(session, "event_approved") == []


def test_an_untrusted_owner_cannot_confirm(gancio, session, user):
    event_id = submit(gancio(user))

    reply = gancio(user).put(f"/api/event/confirm/{event_id}")

    assert (reply.status_code, reply.text, state(session, event_id)) == (403, "Forbidden", (False, True))


def test_an_untrusted_owner_hides_an_event(gancio, session, user):
    event = make_event(session, host=user)

    assert gancio(user).put(f"/api/event/unconfirm/{event.id}").status_code == 200
    assert state(session, event.id) == (False, True)
    assert gancio(user).put(f"/api/event/unconfirm/{event.id}").status_code == 200


@pytest.mark.parametrize("path", ["confirm", "unconfirm"])
def test_strangers_decide_nothing(gancio, session, submitted, user, path):
    for caller in (gancio(), gancio(user)):
        reply = caller.put(f"/api/event/{path}/{submitted}")
        assert (reply.status_code, reply.text) == (403, "Forbidden")

    assert state(session, submitted) == (False, True)


@pytest.mark.parametrize("path", ["confirm", "unconfirm", "disable_author"])
@pytest.mark.parametrize("event_id", ["99999", "0", "x", str(2**70), "%00"])
def test_an_unknown_event(gancio, session, admin, path, event_id):
    settings(session, enable_moderation=True)

    reply = gancio(admin).put(f"/api/event/{path}/{event_id}")

    assert (reply.status_code, reply.text) == (404, "Not Found")


def test_an_event_of_api_v2_1_is_confirmed_like_any_other(gancio, session, editor, host):
    event = make_pending_event(session, host=host)

    gancio(editor).put(f"/api/event/confirm/{event.id}")

    assert state(session, event.id) == (True, False)
    assert [recipient for recipient, _ in mails(session, "event_approved")] == ["host@example.org"]


def test_a_submission_without_account_is_approved_through_api_v2_1(app, gancio, session, editor, submitted):
    reply = ApiClient(app).signed_in(editor).post(f"/v2.1/events/{submitted}/approval")

    assert (reply.status_code, state(session, submitted)) == (204, (True, False))


def test_a_confirmed_series_has_its_occurrence_at_once(gancio, session, editor):
    parent_id = submit(gancio(), recurrent={"frequency": "1w"})

    gancio(editor).put(f"/api/event/confirm/{parent_id}")

    assert session.scalars(select(Event.slug).where(Event.parent_id == parent_id)).all() == ["mail-me-1"]


def test_a_hidden_occurrence_is_followed_by_the_next_when_its_series_is_touched(gancio, session, bob):
    parent_id = submit(gancio(bob), recurrent={"frequency": "1w"})
    first = session.scalars(select(Event).where(Event.parent_id == parent_id)).one()

    gancio(bob).put(f"/api/event/unconfirm/{first.id}")
    gancio(bob).put("/api/event", {"id": parent_id})

    starts = session.scalars(
        select(Event.starts_at).where(Event.parent_id == parent_id).order_by(Event.starts_at)
    ).all()
    assert starts == [first.starts_at, first.starts_at + dt.timedelta(weeks=1)]


def test_an_admin_gives_an_event_to_an_author(gancio, session, admin, bob, submitted):
    reply = gancio(admin).put("/api/event/assign_to_author", {"id": submitted, "user_id": bob.id})

    event = session.get_one(Event, submitted)
    assert (reply.status_code, reply.text) == (200, "OK")
    assert (get_owner_id(session, submitted), event.contact_name) == (bob.id, "Bob")
    assert actions(session) == ["event.assign"]
    assert gancio(bob).put(f"/api/event/confirm/{submitted}").status_code == 200


def test_the_former_author_has_no_rights_any_more(gancio, session, admin, bob, user):
    event_id = submit(gancio(bob))
    make_event_comment(session, session.get_one(Event, event_id), user, rating=4)

    gancio(admin).put("/api/event/assign_to_author", {"id": event_id, "user_id": user.id})

    assert session.scalars(select(EventHost.user_id)).all() == [user.id]
    assert session.scalars(select(EventContact.user_id)).all() == [user.id]
    # The rating of a host does not count.
    assert session.get_one(Event, event_id).rating_count == 0
    assert gancio(bob).put("/api/event", {"id": event_id, "title": "Mine"}).status_code == 403


def test_the_sender_of_an_assigned_event_does_not_change_it(gancio, session, admin, bob, browser):
    start = int(days_from_now(10).timestamp())
    body = {"title": "Sent", "start_datetime": start, "place_name": "Hall", "place_address": "Road 1"}
    sent = gancio().post("/api/event", body).json
    path = sent["edit_url"].removeprefix(WEBSITE_URL)
    before = browser.get(path).status_code

    gancio(admin).put("/api/event/assign_to_author", {"id": sent["id"], "user_id": bob.id})

    assert (before, browser.get(path).status_code) == (200, 404)


@pytest.mark.parametrize("body", [{"id": 99_999, "user_id": 1}, {"id": "x"}, {}, {"id": 1, "user_id": 99_999}])
def test_unknown_rows_are_not_assigned(gancio, session, admin, body):
    make_event(session, host=admin)

    assert gancio(admin).put("/api/event/assign_to_author", body).status_code == 404


def test_a_reviewer_disables_an_author(gancio, session, editor, bob):
    event_id = submit(gancio(bob))
    before = gancio(editor).put(f"/api/event/disable_author/{event_id}").status_code
    settings(session, enable_moderation=True)
    caller = gancio(bob)

    reply = gancio(editor).put(f"/api/event/disable_author/{event_id}")

    session.refresh(bob)
    assert (before, reply.status_code, reply.text, bob.is_active) == (403, 200, "OK", False)
    assert caller.put("/api/event", {"id": event_id, "title": "x"}).status_code == 403
    assert caller.post("/api/event", {"title": "x"}).status_code == 401
    bob.is_active = True
    session.commit()
    assert caller.put("/api/event", {"id": event_id, "title": "x"}).status_code == 200
    assert actions(session) == ["user.deactivate"]


@pytest.mark.parametrize("role", ["is_admin", "is_editor"])
def test_an_editor_disables_no_reviewer(gancio, session, editor, role):
    settings(session, enable_moderation=True)
    owner = make_user(session, **{role: True})
    event = make_event(session, host=owner)

    assert gancio(editor).put(f"/api/event/disable_author/{event.id}").status_code == 403
    session.refresh(owner)
    assert owner.is_active


@pytest.mark.parametrize("state", [{"is_private": True}, {"is_active": False, "is_pending": False}])
def test_the_author_of_an_event_outside_the_agenda_is_not_disabled(gancio, session, editor, bob, state):
    settings(session, enable_moderation=True)
    event = make_event(session, host=bob, **state)

    assert gancio(editor).put(f"/api/event/disable_author/{event.id}").status_code == 404
    session.refresh(bob)
    assert bob.is_active


def test_an_author_who_reviews_does_not_disable_themselves(gancio, session, admin):
    settings(session, enable_moderation=True)
    event = make_event(session, host=admin)

    assert gancio(admin).put(f"/api/event/disable_author/{event.id}").status_code == 403


def test_messages_need_the_settings_of_the_site(gancio, session, bob, editor, count_rows):
    event_id, body = submit(gancio(bob)), {"message": "This is spam"}
    session.commit()
    before = count_rows()
    closed = [caller.post(f"/api/event/messages/{event_id}", body).status_code for caller in (gancio(), gancio(editor))]
    settings(session, enable_moderation=True)
    strangers = gancio().post(f"/api/event/messages/{event_id}", body).status_code

    assert (closed, strangers) == ([403, 403], 403)
    assert count_rows()["moderation_messages"] == before["moderation_messages"] == 0


def test_a_conversation_about_an_event(gancio, session, admin, editor, bob):
    settings(session, enable_moderation=True, enable_report=True, title="Test agenda")
    event_id = submit(gancio(bob))
    path = f"/api/event/messages/{event_id}"

    replies = [
        gancio().post(path, {"message": " This is spam ", "is_author_visible": True}),
        gancio(editor).post(path, {"message": "Is it?", "is_author_visible": True}),
        gancio(editor).post(path, {"message": "Between us"}),
        gancio(bob).post(path, {"message": "No."}),
    ]

    said = [(reply.json["author"], reply.json["message"], reply.json["is_author_visible"]) for reply in replies]
    assert said == [
        ("ANON", "This is spam", False),
        ("ADMIN", "Is it?", True),
        ("ADMIN", "Between us", False),
        ("AUTHOR", "No.", True),
    ]
    message = session.get_one(ModerationMessage, replies[0].json["id"])
    assert (message.event_id, message.message, message.author) == (replies[0].json["eventId"], "This is spam", "ANON")
    reviewers = ["boss@example.org", "ed@example.org"]
    recipients = [recipient for recipient, _ in mails(session, "event_reported")]
    assert recipients == [*reviewers, *reviewers, "bob@example.org", *reviewers, *reviewers]
    assert mails(session, "event_reported")[0][1] == {
        "site_title": "Test agenda",
        "title": "Mail me",
        "slug": "mail-me",
        "event_id": event_id,
        "message": "This is spam",
        "sender": "a visitor",
    }


@pytest.mark.parametrize("message", ["", "  ", None, {"a": 1}, "x" * 5001, True])
def test_an_invalid_message_is_refused(gancio, session, editor, message):
    settings(session, enable_moderation=True)
    event = make_event(session)

    assert gancio(editor).post(f"/api/event/messages/{event.id}", {"message": message}).status_code == 400


def test_nobody_writes_about_an_event_that_they_do_not_see(gancio, session, submitted, user, editor):
    settings(session, enable_moderation=True, enable_report=True)
    path, body = f"/api/event/messages/{submitted}", {"message": "Hello"}

    assert [caller.post(path, body).status_code for caller in (gancio(user), gancio(), gancio(editor))] == [
        404,
        404,
        200,
    ]
    assert gancio(editor).post("/api/event/messages/99999", body).status_code == 404


def test_the_past_of_an_event_hinders_no_decision(gancio, session, editor):
    event = make_pending_event(session, starts_at=days_from_now(-30))

    assert gancio(editor).put(f"/api/event/confirm/{event.id}").status_code == 200
