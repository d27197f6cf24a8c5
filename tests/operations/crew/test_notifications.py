"""Notifications of the crew: who gets which, and who gets none."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from joindin.errors import InvalidInput
from joindin.models import AuditEntry, Mail
from joindin.models.crew import (
    BY_MAIL,
    CONFIRMED,
    CREW_MAIL,
    EVENT_MESSAGE,
    GRANT_WORKING_HOURS,
    IN_LIST,
    MASS_MESSAGE,
    REQUESTED,
    RESPONSIBLE_REJECTED,
    STATE_CHANGED,
    Consequence,
    CrewDetails,
    CrewGuest,
    CrewNotification,
)
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.operations.agenda.editing import delete_event
from joindin.operations.agenda.flyers import FlyerStore
from joindin.operations.crew.consequences import confirm_consequence, deny_consequence
from joindin.operations.crew.disposition import Decision, add_placeholder, dispose
from joindin.operations.crew.events import CrewEventFields, delete_crew_event, update_crew_event
from joindin.operations.crew.notifications import messages
from joindin.operations.crew.notifications.accounts import (
    notify_guest_signup,
    notify_profile_changed,
    reencrypt_guest_links,
)
from joindin.operations.crew.notifications.messages import send_to_event, send_to_users
from joindin.operations.crew.notifications.settings import set_muted
from joindin.operations.crew.profiles import edit_person
from joindin.operations.crew.qualification_grants import grant_qualification, withdraw_qualification
from joindin.operations.crew.shifts import ShiftFields, delete_shift, update_shift
from joindin.operations.crew.signup import SignupWishes, customize_times, decline, sign_up
from joindin.operations.crew.waiting_list import join_waiting_list
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import GUEST, USER
from joindin.utils.media.local_folder import LocalFolder
from tests.crew_factories import (
    make_crew_event,
    make_federated_user,
    make_federation_guest,
    make_participation,
    make_profile,
    make_qualification,
    make_shift,
)
from tests.factories import NOW, days_from_now, make_group, make_user

TIMES = {"now": NOW, "timezone": "Europe/Berlin"}
ONE_PLACE = {"maximum_number_of_participants": 1}
ONE_HOUR = dt.timedelta(hours=1)


@pytest.fixture
def paula(session):
    return make_user(session, "paula")


@pytest.fixture
def gail(session):
    return make_user(session, "gail")


@pytest.fixture
def crew_event(session, paula, gail):
    """An event for which paula is responsible, and gail by a group; others see it, or may change all events."""
    group = make_group(session, "Planners", members=[gail])
    make_user(session, "root", is_admin=True)
    return make_crew_event(session, "Festival", changed_by=[paula, group], seen_by=[make_user(session, "viewer")])


def listed(session):
    """Return the type and receiver of all notifications."""
    session.flush()
    rows = session.scalars(select(CrewNotification).order_by(CrewNotification.id)).all()
    return [(row.slug.removeprefix("ephios_participation_"), row.user_id) for row in rows]


def mailed(session):
    session.flush()
    mails = session.scalars(select(Mail).where(Mail.kind == CREW_MAIL).order_by(Mail.id)).all()
    return [(mail.context["slug"].removeprefix("ephios_participation_"), mail.recipient) for mail in mails]


def sign_up_new(session, shift, name):
    user = make_user(session, name)
    sign_up(session, Participant(USER, user.id), shift.id, **TIMES)
    return user


def make_guest(session, event):
    guest = CrewGuest(event_id=event.id, email="greta@example.org", display_name="Greta", access_token_hash="x" * 64,
                      created_at=NOW)  # fmt: skip
    session.add(guest)
    session.flush()
    notify_guest_signup(session, guest, "secret-of-greta", language="de")
    return guest


def fields_of(shift):
    names = ("label", "meets_at", "starts_at", "ends_at", "signup_flow_slug", "signup_flow_configuration")
    names += ("structure_slug", "structure_configuration")
    return ShiftFields(**{name: getattr(shift, name) for name in names})


def test_responsibles_are_notified_of_a_direct_sign_up(session, crew_event, paula, gail):
    sign_up_new(session, make_shift(session, crew_event), "vera")

    assert listed(session) == [("responsible_state_changed", paula.id), ("responsible_state_changed", gail.id)]
    assert mailed(session) == [
        ("responsible_state_changed", "paula@example.org"), ("responsible_state_changed", "gail@example.org")
    ]  # fmt: skip


def test_responsibles_are_notified_of_a_request(session, crew_event, paula, gail):
    sign_up_new(session, make_shift(session, crew_event, flow="request_confirm"), "vera")

    assert listed(session) == [("awaits_disposition", paula.id), ("awaits_disposition", gail.id)]


def test_responsible_is_not_notified_of_their_own_sign_up(session, crew_event, paula, gail):
    sign_up(session, Participant(USER, paula.id), make_shift(session, crew_event).id, **TIMES)

    assert listed(session) == [("responsible_state_changed", gail.id)]


def test_inactive_responsible_is_not_notified(session, crew_event, paula, gail):
    gail.is_active = False

    sign_up_new(session, make_shift(session, crew_event), "vera")

    assert [user_id for _slug, user_id in listed(session)] == [paula.id]


@pytest.mark.parametrize(
    ("state", "slug"), [(CONFIRMED, "responsible_confirmed_declined"), (REQUESTED, "responsible_state_changed")]
)
def test_responsibles_are_notified_of_a_withdrawal(session, crew_event, paula, gail, state, slug):
    shift = make_shift(session, crew_event, signup_flow_configuration={"user_can_decline_confirmed": True})
    vera = make_user(session, "vera")
    make_participation(session, shift, vera, state=state)

    decline(session, Participant(USER, vera.id), shift.id, **TIMES)

    assert listed(session) == [(slug, paula.id), (slug, gail.id)]


def test_responsibles_are_notified_of_new_times(session, crew_event, paula, gail):
    shift = make_shift(session, crew_event, signup_flow_configuration={"user_can_decline_confirmed": True})
    vera = make_user(session, "vera")
    make_participation(session, shift, vera)
    person = Participant(USER, vera.id)

    customize_times(session, person, shift.id, wishes=SignupWishes(starts_at=shift.starts_at + ONE_HOUR), **TIMES)
    customize_times(session, person, shift.id, wishes=SignupWishes(starts_at=shift.starts_at + ONE_HOUR), **TIMES)

    assert listed(session) == [
        ("responsible_confirmed_customized", paula.id), ("responsible_confirmed_customized", gail.id)
    ]  # fmt: skip


def test_participant_and_other_responsibles_are_notified_of_a_decision(session, crew_event, paula, gail):
    shift, vera = make_shift(session, crew_event, flow="request_confirm"), make_user(session, "vera")
    row = make_participation(session, shift, vera, state=REQUESTED)

    dispose(session, shift.id, [Decision(row.id, CONFIRMED, comment="welcome")], actor_id=paula.id, **TIMES)

    assert listed(session) == [("state_changed", vera.id), ("responsible_state_changed", gail.id)]
    notification = session.scalars(select(CrewNotification).order_by(CrewNotification.id)).first()
    assert (notification.data["state"], notification.data["comment"]) == (CONFIRMED, "welcome")


def test_internal_comment_is_not_in_the_notification(session, crew_event, paula):
    shift = make_shift(session, crew_event, flow="request_confirm")
    row = make_participation(session, shift, make_user(session), state=REQUESTED)
    decision = Decision(row.id, RESPONSIBLE_REJECTED, comment="too young", is_internal=True)

    dispose(session, shift.id, [decision], actor_id=paula.id, **TIMES)

    assert "too young" not in str([each.data for each in session.scalars(select(CrewNotification))])


def test_participant_is_notified_of_times_that_a_responsible_changed(session, crew_event, paula):
    shift, vera = make_shift(session, crew_event), make_user(session, "vera")
    row = make_participation(session, shift, vera)

    dispose(session, shift.id, [Decision(row.id, starts_at=shift.starts_at + ONE_HOUR)], actor_id=paula.id, **TIMES)
    dispose(session, shift.id, [Decision(row.id)], actor_id=paula.id, **TIMES)

    assert listed(session) == [("customized", vera.id)]


def test_dispatcher_is_not_notified_of_their_own_participation(session, crew_event, paula, gail):
    shift = make_shift(session, crew_event, flow="request_confirm")
    row = make_participation(session, shift, paula, state=REQUESTED)

    dispose(session, shift.id, [Decision(row.id, CONFIRMED)], actor_id=paula.id, **TIMES)

    assert listed(session) == [("responsible_state_changed", gail.id)]


def test_placeholder_is_no_receiver(session, crew_event, paula, gail):
    shift = make_shift(session, crew_event)
    row = add_placeholder(session, shift.id, "One of the band", now=NOW)

    dispose(session, shift.id, [Decision(row.id, CONFIRMED)], actor_id=paula.id, **TIMES)

    assert listed(session) == [("responsible_state_changed", gail.id)]


def test_person_of_the_waiting_list_is_notified_of_the_place(session, crew_event, paula, gail):
    shift = make_shift(
        session, crew_event, structure_configuration=ONE_PLACE,
        signup_flow_configuration={"user_can_decline_confirmed": True},
    )  # fmt: skip
    vera, wanda = make_user(session, "vera"), make_user(session, "wanda")
    grant_permission(session, wanda, "view_event", crew_event, actor=None)
    make_participation(session, shift, vera)
    join_waiting_list(session, wanda.id, shift.id, **TIMES)

    decline(session, Participant(USER, vera.id), shift.id, **TIMES)

    assert listed(session) == [
        ("state_changed", wanda.id),
        ("responsible_state_changed", paula.id),
        ("responsible_state_changed", gail.id),
        ("responsible_confirmed_declined", paula.id),
        ("responsible_confirmed_declined", gail.id),
    ]


def test_people_of_a_shift_are_notified_that_it_moves(session, crew_event, paula):
    shift = make_shift(session, crew_event)
    vera, rosa, dora = (make_user(session, name) for name in ("vera", "rosa", "dora"))
    reminded = make_participation(session, shift, vera, reminded_at=NOW)
    make_participation(session, shift, rosa, state=REQUESTED)
    make_participation(session, shift, dora, state=RESPONSIBLE_REJECTED)
    make_participation(session, shift, guest_id=make_guest(session, crew_event).id)
    make_participation(
        session,
        shift,
        federated_user_id=make_federated_user(session, make_federation_guest(session), email="fred@other.example").id,
    )
    make_participation(session, shift, paula)
    fields = fields_of(shift)

    update_shift(session, shift.id, replace(fields, label="Bar"), actor_id=paula.id, **TIMES)
    assert listed(session) == []
    later = replace(fields, starts_at=fields.starts_at + ONE_HOUR, ends_at=fields.ends_at + ONE_HOUR)
    update_shift(session, shift.id, later, actor_id=paula.id, **TIMES)

    assert listed(session) == [("joindin_shift_moved", vera.id), ("joindin_shift_moved", rosa.id)]
    assert mailed(session)[1:] == [
        ("joindin_shift_moved", address)
        for address in ("vera@example.org", "rosa@example.org", "greta@example.org", "fred@other.example")
    ]
    session.refresh(reminded)
    assert reminded.reminded_at is None


def test_people_of_a_past_shift_are_not_notified(session, crew_event, paula):
    shift = make_shift(session, crew_event, starts_at=NOW - dt.timedelta(days=2))
    make_participation(session, shift, make_user(session))
    make_shift(session, crew_event, starts_at=NOW - dt.timedelta(days=2))
    fields = fields_of(shift)

    update_shift(session, shift.id, replace(fields, ends_at=fields.ends_at + ONE_HOUR), actor_id=paula.id, **TIMES)
    delete_shift(session, shift.id, actor_id=paula.id)
    delete_crew_event(session, crew_event.id, actor_id=paula.id)

    assert (listed(session), mailed(session)) == ([], [])


def test_people_of_a_deleted_shift_are_notified(session, crew_event, paula):
    shift, vera = make_shift(session, crew_event), make_user(session, "vera")
    make_shift(session, crew_event)
    make_participation(session, shift, vera)

    delete_shift(session, shift.id, actor_id=paula.id)

    assert listed(session) == [("joindin_shift_cancelled", vera.id)]


def test_people_of_a_deleted_event_are_notified_once(session, crew_event, paula):
    vera = make_user(session, "vera")
    for _ in range(3):
        make_participation(session, make_shift(session, crew_event), vera)

    delete_crew_event(session, crew_event.id, actor_id=paula.id)

    assert listed(session) == [("joindin_event_cancelled", vera.id)]
    assert mailed(session) == [("joindin_event_cancelled", "vera@example.org")]


def test_people_of_an_event_are_notified_of_a_new_title_or_location(session, crew_event, paula):
    vera, shift = make_user(session, "vera"), make_shift(session, crew_event)
    make_participation(session, shift, vera)
    type_id = session.get_one(CrewDetails, crew_event.id).event_type_id
    same = CrewEventFields(crew_event.name, crew_event.description, crew_event.location or "", type_id)

    update_crew_event(session, crew_event.id, replace(same, description="More text"), actor_id=paula.id)
    assert listed(session) == []
    update_crew_event(session, crew_event.id, replace(same, location="Hall 2"), actor_id=paula.id)

    assert listed(session) == [("joindin_event_changed", vera.id)]


def test_user_is_notified_of_a_decision_about_hours(session, paula):
    vera = make_user(session, "vera")
    data = {"hours": "2.00", "date": "2027-01-01", "reason": "Load"}
    asked = [Consequence(slug=GRANT_WORKING_HOURS, user_id=vera.id, data=data) for _ in range(3)]
    session.add_all(asked)
    session.flush()

    confirm_consequence(session, asked[0].id, actor_id=paula.id)
    deny_consequence(session, asked[1].id, actor_id=paula.id)
    confirm_consequence(session, asked[2].id, actor_id=vera.id)

    assert listed(session) == [("ephios_consequence_approved", vera.id), ("ephios_consequence_denied", vera.id)]


def test_user_is_notified_that_others_changed_the_profile(session, paula):
    vera = make_user(session, "vera")

    notify_profile_changed(session, vera.id, actor_id=paula.id)
    notify_profile_changed(session, vera.id, actor_id=vera.id)

    assert listed(session) == [("ephios_profile_update", vera.id)]


def test_guest_gets_the_link_by_mail_and_later_mails_have_it_too(session, crew_event, paula):
    guest = make_guest(session, crew_event)
    shift = make_shift(session, crew_event, flow="request_confirm")
    row = sign_up(session, Participant(GUEST, guest.id), shift.id, **TIMES)
    dispose(session, shift.id, [Decision(row.id, CONFIRMED)], actor_id=paula.id, **TIMES)
    session.flush()
    session.expire_all()

    mails = session.scalars(select(Mail).where(Mail.recipient == guest.email).order_by(Mail.id)).all()

    assert [mail.context["slug"] for mail in mails] == ["guests_signup", STATE_CHANGED]
    assert {mail.context["token"] for mail in mails} == {"secret-of-greta"}
    stored = session.connection().exec_driver_sql("SELECT context FROM outbox").scalars().all()
    stored += session.connection().exec_driver_sql("SELECT mail_settings FROM crew_guests").scalars().all()
    assert "secret-of-greta" not in str(stored)


def test_muted_notifications_are_left_out(session, crew_event, paula, gail):
    make_profile(session, gail, muted_notifications=[["ephios_participation_responsible_state_changed", BY_MAIL]])
    set_muted(session, paula.id, "ephios_participation_responsible_state_changed", IN_LIST, is_muted=True)

    sign_up_new(session, make_shift(session, crew_event), "vera")

    rows = session.scalars(select(CrewNotification).order_by(CrewNotification.user_id)).all()
    assert [(row.user_id, row.is_listed) for row in rows] == [(paula.id, False), (gail.id, True)]
    assert mailed(session) == [("responsible_state_changed", "paula@example.org")]


def test_mandatory_notification_cannot_be_muted(session, paula):
    vera = make_user(session, "vera")
    set_muted(session, vera.id, MASS_MESSAGE, BY_MAIL, is_muted=True)
    make_profile(session, paula, muted_notifications=[[MASS_MESSAGE, BY_MAIL]])

    sent = send_to_users(session, [vera.id, paula.id], subject="Hello", text="All", actor_id=paula.id)

    assert sent == 2
    assert mailed(session) == [(MASS_MESSAGE, "paula@example.org"), (MASS_MESSAGE, "vera@example.org")]


def test_message_reaches_the_chosen_people_of_an_event_once(session, crew_event, paula, gail):
    shifts = [make_shift(session, crew_event) for _ in range(2)]
    vera, rosa = make_user(session, "vera"), make_user(session, "rosa")
    for shift in shifts:
        make_participation(session, shift, vera)
        make_participation(session, shift, rosa, state=REQUESTED)
    make_participation(session, shifts[0], gail)
    message = {"subject": "Rain", "text": "Bring boots", "actor_id": paula.id}

    assert send_to_event(session, crew_event.id, ["confirmed"], **message) == 2
    assert send_to_event(session, crew_event.id, ["requested"], **message) == 1
    assert send_to_event(session, crew_event.id, ["confirmed", "responsibles"], **message) == 3

    assert listed(session) == [
        (EVENT_MESSAGE, user.id) for user in (vera, gail, rosa, vera, gail, paula)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("people", "subject", "text"), [([], "S", "T"), (["confirmed"], " ", "T"), (["confirmed"], "S", ""),
                              (["confirmed"], "x" * 201, "T"), (["confirmed"], "S", "x" * 10_001)],
)  # fmt: skip
def test_message_is_refused(session, crew_event, paula, people, subject, text):
    make_participation(session, make_shift(session, crew_event), make_user(session))

    with pytest.raises(InvalidInput):
        send_to_event(session, crew_event.id, people, subject=subject, text=text, actor_id=paula.id)

    assert (listed(session), mailed(session)) == ([], [])


def test_message_to_too_many_people_of_an_event_is_refused(session, crew_event, paula, monkeypatch):
    monkeypatch.setattr(messages, "MAX_RECEIVERS", 1)
    shift = make_shift(session, crew_event)
    make_participation(session, shift, make_user(session)), make_participation(session, shift, make_user(session))

    with pytest.raises(InvalidInput):
        send_to_event(session, crew_event.id, ["confirmed"], subject="S", text="T", actor_id=paula.id)

    assert (listed(session), mailed(session)) == ([], [])


def test_message_leaves_one_entry_in_the_audit_log(session, crew_event, paula):
    shift = make_shift(session, crew_event)
    make_participation(session, shift, make_user(session)), make_participation(session, shift, make_user(session))

    send_to_event(session, crew_event.id, ["confirmed"], subject="S", text="T", actor_id=paula.id)
    send_to_users(session, [paula.id], subject="S", text="T", actor_id=paula.id)

    entries = select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.changes)
    sent = session.execute(entries.where(AuditEntry.action.like("%.send_message")).order_by(AuditEntry.id)).all()
    assert sent == [
        ("event.send_message", paula.id, {"receivers": [0, 2]}),
        ("user.send_message", paula.id, {"receivers": [0, 1]}),
    ]


def test_message_to_more_than_1000_users_is_refused(session, paula):
    with pytest.raises(InvalidInput):
        send_to_users(session, range(1, 1002), subject="S", text="T", actor_id=paula.id)

    assert mailed(session) == []


def test_notices_cost_the_same_for_one_person_and_for_many(session, crew_event, paula, count_statements):
    costs, starts_at = [], days_from_now(10)
    # The first deletion moves the end of the event as well; the others have the same times.
    for number in (1, 1, 20):
        shift, _other = (make_shift(session, crew_event, starts_at=starts_at) for _ in range(2))
        for _ in range(number):
            make_participation(session, shift, make_user(session))
        session.expire_all()
        with count_statements() as statements:
            delete_shift(session, shift.id, actor_id=paula.id)
        # SQLite returns the ids of inserted rows one by one.
        costs.append(len([each for each in statements if not each.startswith("INSERT INTO crew_notifications")]))

    assert costs[1] == costs[2]


def test_user_is_notified_of_a_profile_or_qualification_that_others_changed(session, paula):
    vera, qualification = make_user(session, "vera"), make_qualification(session)

    edit_person(session, vera.id, full_name="Vera", fields={"phone": "123"}, actor=paula, today=NOW.date())
    edit_person(session, vera.id, full_name="Vera", fields={"phone": "456"}, actor=vera, today=NOW.date())
    grant_qualification(session, vera.id, qualification.id, expires_at=None, actor=paula)
    withdraw_qualification(session, vera.id, qualification.id, actor=paula)

    assert listed(session) == [("ephios_profile_update", vera.id)] * 3


def test_people_of_a_public_event_are_notified_that_it_is_deleted(session, crew_event, paula):
    vera = make_user(session, "vera")
    make_participation(session, make_shift(session, crew_event), vera)

    delete_event(session, crew_event.id, actor=paula, files=FlyerStore(LocalFolder("")))

    assert listed(session) == [("joindin_event_cancelled", vera.id)]


def test_link_of_a_guest_survives_a_new_secret_key(app, session, crew_event, monkeypatch):
    guest, keys = make_guest(session, crew_event), ("a new secret key of the tests", *app.config["SECRET_KEYS"])
    session.commit()
    monkeypatch.setitem(app.config, "SECRET_KEYS", keys)
    reencrypt_guest_links(session)
    session.commit()

    monkeypatch.setitem(app.config, "SECRET_KEYS", keys[:1])

    session.expire_all()
    assert session.get(CrewGuest, guest.id).mail_settings == {"token": "secret-of-greta", "language": "de"}
