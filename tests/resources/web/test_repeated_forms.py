"""Forms that a browser sends twice at the same moment, as after a double click: what they add is stored once."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import func, select

from joindin.models import (
    AuditEntry,
    Authenticator,
    Event,
    EventComment,
    EventCommentReport,
    Mail,
    Room,
    Talk,
    TalkClaim,
    TalkComment,
    TalkSpeaker,
    Track,
)
from joindin.models.crew import (
    ATOMIC,
    SHOWN_TO_EVERYONE,
    TEXT,
    BuildingBlock,
    Consequence,
    CrewDetails,
    CrewNotification,
    EventType,
    Qualification,
    QualificationCategory,
    Question,
    Shift,
    WorkingHours,
)
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, send_twice
from tests.crew_factories import (
    make_consequence,
    make_crew_event,
    make_participation,
    make_qualification_category,
    make_shift,
)
from tests.factories import (
    make_claim,
    make_event,
    make_event_comment,
    make_language,
    make_room,
    make_talk,
    make_talk_comment,
    make_talk_type,
    make_track,
    make_user,
    parse_instant,
)

HOURS = {"date": "2026-03-05", "hours": "3", "reason": "Painted the van"}
COPY = {"first_day": "2033-04-03"}
MESSAGE = {"subject": "Boots", "text": "Bring them."}
TIMES = {"meeting_time": "2033-05-01T17:30", "start_time": "2033-05-01T18:00", "end_time": "2033-05-01T22:00"}
FORMS = {
    "talk": (
        "/event/days/manage/talks/new/",
        {"title": "Tests", "starts_at": "2027-05-08T10:00", "duration": "45", "room_id": "0", "state": "confirmed", "type_id": 1, "language_id": 1},
        Talk,
    ),
    "track": ("/event/days/manage/tracks/", {"name": "Testing"}, Track),
    "contact": ("/contact", {"name": "Grace", "email": "grace@example.org", "subject": "Hello", "text": "Hi."}, Mail),
    "event of the crew": ("/events/create/1/", {"title": "Night Watch", "event_type": 1, "responsible_users": [1]}, CrewDetails),
    "copy of an event": ("/events/2/copy/", COPY, Event),
    "shift": ("/events/2/createshift/", {"label": "Gate", "signup_flow_slug": "instant_confirmation", "structure_slug": "uniform", **TIMES}, Shift),
    "copy of a shift": ("/shifts/1/copy/", COPY, Shift),
    "event type": ("/settings/eventtypes/create/", {"title": "Service", "color": "#112233", "participants_shown_to": SHOWN_TO_EVERYONE}, EventType),
    "question": ("/settings/questionnaires/create/", {"name": "Food", "text": "Any allergies?", "type": TEXT}, Question),
    "qualification": ("/settings/qualifications/create/", {"title": "Driver", "abbreviation": "D", "category": 1}, Qualification),
    "category": ("/settings/qualifications/categories/", {"title": "Driving"}, QualificationCategory),
    "building block": ("/settings/signup-blocks/create/", {"name": "Van", "block_type": ATOMIC, "positions-0-label": "Seat"}, BuildingBlock),
    "request of hours": ("/workinghours/own/request/", HOURS, Consequence),
    "hours": ("/workinghours/user/2/add/", HOURS, WorkingHours),
    "message to an event": ("/events/2/notifications/", MESSAGE | {"people": "confirmed"}, CrewNotification),
    "message to people": ("/notifications/mass/?user=2", MESSAGE | {"users": "2"}, CrewNotification),
}  # fmt: skip


@pytest.fixture
def admin(session):
    admin = make_user(session, "ada", is_admin=True)
    make_event(session, "Days", slug="days", host=admin, starts_at=parse_instant("2027-05-08T08:00"))
    ben = make_user(session, "ben")
    make_participation(session, make_shift(session, make_crew_event(session, changed_by=[admin])), ben)
    make_language(session), make_talk_type(session), make_qualification_category(session)
    session.commit()
    return admin


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize(("path", "fields", "model"), FORMS.values(), ids=FORMS)
def test_a_form_that_is_sent_twice_at_once_is_stored_once(app, session, browser, admin, path, fields, model):
    browser.sign_in_directly(admin)
    before = count(session, model)

    replies = send_twice(app, session, browser, path, fields)

    assert [reply.status_code in (302, 303) for reply in replies] == [True, True]
    assert count(session, model) == before + 1


def test_the_same_values_are_stored_again_from_a_page_that_was_opened_again(session, browser, admin):
    browser.sign_in_directly(admin)
    path, fields, model = FORMS["track"]

    first = browser.token(path)
    with time_machine.travel(utc_now() + dt.timedelta(seconds=2)):
        second = browser.token(path)
    for token in (first, second):
        browser.post(path, fields | {"csrfmiddlewaretoken": token})

    assert count(session, model) == 2


def test_a_request_that_is_denied_twice_at_once_is_answered_by_one_message(app, session, browser, admin):
    browser.sign_in_directly(admin)
    request = make_consequence(session, make_user(session))
    session.commit()

    send_twice(app, session, browser, f"/consequences/{request.id}/edit/", {"action": "deny"}, page="/consequences/")

    assert count(session, CrewNotification) == 1


def test_a_new_address_that_is_sent_twice_at_once_gets_one_link(app, session, browser, admin):
    """The other mail goes to the old address."""
    browser.sign_in_directly(admin)

    send_twice(app, session, browser, "/accounts/email/", {"email": "new@example.org"})

    assert count(session, Mail) == 2


def test_a_report_that_is_sent_twice_at_once_is_stored_once(app, session, browser, admin):
    comment = make_event_comment(session, make_event(session, host=admin))
    session.commit()
    browser.sign_in_directly(admin)

    replies = send_twice(app, session, browser, f"/comments/event/{comment.id}/report", {"reason": "spam"})

    assert [reply.status_code for reply in replies] == [303, 303]
    assert (count(session, EventCommentReport), count(session, Mail)) == (1, 1)


@pytest.mark.parametrize(
    ("path", "page", "fields", "model"),
    [
        ("/event/held/manage/tracks/1/delete/", "/event/held/manage/tracks/1/", {}, Track),
        ("/event/held/manage/tracks/1/merge/", "/event/held/manage/tracks/1/", {"into": "2"}, Track),
        ("/event/held/manage/rooms/1/delete/", "/event/held/manage/rooms/1/", {}, Room),
        ("/event/held/manage/talks/1/delete/", None, {"action": "delete"}, Talk),
        ("/comments/talk/1/delete", None, {}, TalkComment),
        ("/comments/event/1/delete", None, {}, EventComment),
        ("/event/held/errors/claim", None, {"withdraw": "1"}, TalkClaim),
    ],
)
def test_what_is_removed_by_a_form_that_is_sent_twice_leads_back(
    app, session, browser, admin, path, page, fields, model
):
    event = make_event(session, slug="held", host=admin, starts_at=utc_now() - dt.timedelta(days=1))
    talk = make_talk(session, event, slug="errors", speakers=["Ada L."], starts_at=event.starts_at)
    make_room(session, event), make_track(session, event), make_track(session, event)
    make_talk_comment(session, talk, admin), make_event_comment(session, event, admin)
    make_claim(session, talk, session.scalars(select(TalkSpeaker)).one(), admin)
    session.commit()
    browser.sign_in_directly(admin)
    before = count(session, model)

    replies = send_twice(app, session, browser, path, fields, page)

    assert [reply.status_code for reply in replies] == [303, 303]
    assert count(session, model) == before - 1


def test_a_claim_that_is_sent_twice_at_once_is_stored_once(app, session, browser, admin):
    event = make_event(session, slug="held", host=admin)
    make_talk(session, event, slug="errors", speakers=["Ada L."])
    session.commit()
    browser.sign_in_directly(make_user(session))

    replies = send_twice(app, session, browser, "/event/held/errors/claim", {"speaker": "Ada L."})

    assert [reply.status_code for reply in replies] == [303, 303]
    assert count(session, TalkClaim) == 1


@pytest.mark.parametrize(("place", "model"), [("/errors", TalkComment), ("", EventComment)])
def test_a_comment_that_is_sent_twice_at_once_leads_to_the_thread(app, session, browser, admin, place, model):
    event = make_event(session, slug="held", host=admin, starts_at=utc_now() - dt.timedelta(days=1))
    make_talk(session, event, slug="errors", starts_at=event.starts_at)
    session.commit()
    browser.sign_in_directly(make_user(session))
    path, fields = f"/event/held{place}/comments", {"text": "Clear", "rating": "4"}

    replies = send_twice(app, session, browser, path, fields, page="/accounts/profile/")

    assert [reply.status_code for reply in replies] == [303, 303]
    assert count(session, model) == 1
    assert replies[0].location == replies[1].location
    assert browser.send(path, fields | {"rating": "3"}, page="/accounts/profile/").status_code == 400
    assert browser.send(path, {"text": "Clear"}, page="/accounts/profile/").location == replies[0].location
    with time_machine.travel(utc_now() + dt.timedelta(minutes=2)):
        assert browser.send(path, fields, page="/accounts/profile/").status_code == 400


@pytest.mark.parametrize("path", ["/desk/people/2/secure/", "/users/2/password_revoke/"])
def test_access_that_is_ended_twice_at_once_is_ended_and_mailed_once(app, session, browser, admin, path):
    browser.sign_in_directly(admin)

    replies = send_twice(app, session, browser, path, {"confirm": "on"})

    assert {reply.status_code for reply in replies} <= {302, 303}
    assert session.scalars(select(Mail.kind).order_by(Mail.id)).all() == ["account_secured"]
    assert session.query(AuditEntry).filter_by(action="user.secure").count() == 1


def test_a_setting_that_is_sent_twice_at_once_is_mailed_once(app, session, browser, admin):
    session.add(Authenticator(user_id=admin.id, secret="encrypted", created_at=utc_now(), last_step=0))
    session.commit()
    browser.sign_in_directly(admin)

    send_twice(app, session, browser, "/accounts/security/password/", {"allowed": "yes"}, page="/accounts/security/")

    session.refresh(admin)
    assert (admin.allows_password_only, count(session, Mail)) == (True, 1)


@pytest.mark.parametrize(
    ("path", "fields", "kind"),
    [
        (
            "/accounts/register/",
            {"username": "grace", "full_name": "Grace", "email": "grace@example.org", "password": PASSWORD},
            "registration",
        ),
        ("/accounts/password/reset/", {"username": "ben"}, "password_forgotten"),
    ],
)
def test_a_link_that_is_requested_twice_at_once_is_mailed_once(app, session, browser, admin, path, fields, kind):
    replies = send_twice(app, session, browser, path, fields)

    assert [reply.location for reply in replies] == [f"{path}sent/"] * 2
    assert session.scalars(select(Mail.kind).order_by(Mail.id)).all() == [kind]
