"""Import of an ephios database: which rows and columns are stored, and which are reported."""

import datetime as dt

import pytest
from sqlalchemy import select, text

from joindin.db.base import Base
from joindin.errors import InvalidInput
from joindin.imports.ephios.dump import Dump
from joindin.models import (
    AccessToken,
    Client,
    Consent,
    Event,
    GrantedPermission,
    GroupMember,
    ImportOrigin,
    RefreshToken,
    User,
)
from joindin.models.crew import (
    BlockComposition,
    Consequence,
    CrewDetails,
    CrewGuest,
    CrewProfile,
    FederatedUser,
    FederationGuest,
    FederationHost,
    Participation,
    ParticipationComment,
    Qualification,
    QualificationGrant,
    Shift,
    WorkingHours,
    event_type_qualifications,
    event_type_responsible_users,
    federated_qualifications,
    federation_shares,
    qualification_inclusions,
)
from joindin.queries.accounts.api_tokens import get_valid_token
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import UTC
from tests.factories import NOW, make_event, make_group, make_user
from tests.imports.ephios.dump_data import SECRETS, dump_tables, run_import


def rows(session, *columns):
    return [tuple(row) for row in session.execute(select(*columns).order_by(*columns))]


def test_all_rows_are_stored_or_named_in_the_report(session):
    tables = dump_tables()
    report, issues = run_import(session, tables)

    assert issues == []
    for model, count in {model: len(each) for model, each in tables.items()}.items():
        if model in report.read:
            assert report.read[model] == count == sum(report.outcomes[model].values()), model
    assert set(tables) - set(report.read) == {
        "core.eventtypepreference",
        "core.localparticipation",
        "core.placeholderparticipation",
        "guests.guestparticipation",
        "federation.federatedparticipation",
    }
    assert report.excluded == {
        "auth.group permissions: auth.view_group": 1,
        "core.notification: old notices are not kept": 1,
        "shop.order: there is no such table here": 1,
    }


def test_people_keep_their_ids_groups_and_rights(session):
    run_import(session)

    columns = (User.id, User.username, User.email, User.full_name, User.is_admin, User.is_verified, User.password_hash)
    assert rows(session, *columns) == [
        (1, "anna", "anna@example.org", "Anna Adams", True, True, None),
        (2, "ben", "ben@example.org", "Ben", False, True, None),
    ]
    profile = session.get(CrewProfile, 1)
    assert (profile.date_of_birth, profile.phone, profile.is_visible, profile.preferred_language) == (
        dt.date(1990, 5, 17),
        "030 1",
        True,
        "en",
    )
    assert profile.calendar_token_hash == hash_token("calendar-of-anna")
    assert profile.muted_notifications == [["ephios_new_profile", "ephios_backend_email"]]
    assert session.get(CrewProfile, 2).is_visible is False
    assert rows(session, GroupMember.group_id, GroupMember.user_id) == [(1, 1)]
    assert [key for (key,) in rows(session, GrantedPermission.unique_key)] == [
        "group 1 view_event event 1",
        "group 1 view_event everything",
        "user 2 change_event event 2",
        "user 2 manage_applications everything",
        "user 2 manage_federation everything",
        "user 2 manage_qualifications everything",
    ]


def test_events_are_for_the_crew_alone_and_last_as_long_as_their_shifts(session):
    run_import(session)

    concert, draft = session.get(Event, 1), session.get(Event, 2)
    start, end = dt.datetime(2026, 10, 3, 14, tzinfo=UTC), dt.datetime(2026, 10, 3, 23, tzinfo=UTC)
    assert (concert.name, concert.description, concert.location) == ("Concert", "", "Hall")
    assert (concert.starts_at, concert.ends_at, concert.is_private, concert.is_visible) == (start, end, True, False)
    assert (concert.slug, draft.slug) == ("concert", "concert-crew-2")
    assert draft.starts_at == NOW
    columns = (CrewDetails.event_id, CrewDetails.event_type_id, CrewDetails.is_draft, CrewDetails.shifts_start_at)
    assert rows(session, *columns) == [(1, 1, False, start), (2, 1, True, None)]
    assert rows(session, event_type_qualifications.c.qualification_id) == [(1,)]
    assert rows(session, event_type_responsible_users.c.user_id) == [(2,)]


def test_participations_of_every_kind_are_stored(session):
    run_import(session)

    columns = (
        Participation.id,
        Participation.shift_id,
        Participation.state,
        Participation.user_id,
        Participation.placeholder_name,
        Participation.guest_id,
        Participation.federated_user_id,
    )
    assert rows(session, *columns) == [
        (1, 1, 1, 1, None, None, None),
        (2, 1, 0, None, "Someone", None, None),
        (3, 1, 2, None, None, 1, None),
        (4, 2, 3, None, None, None, 1),
    ]
    first = session.get(Participation, 1)
    assert first.individual_starts_at == dt.datetime(2026, 10, 3, 19, tzinfo=UTC)
    comment = session.get(ParticipationComment, 1)
    assert (comment.author_id, comment.visibility, comment.text) == (2, 0, "late")
    assert comment.created_at == dt.datetime(2026, 9, 14, 8, 4, 5, 678000, UTC)
    assert rows(session, WorkingHours.user_id, WorkingHours.hours, WorkingHours.worked_on) == [
        (1, 4.5, dt.date(2026, 3, 1))
    ]
    assert session.get(CrewGuest, 1).access_token_hash == hash_token("guest-of-event")
    assert rows(session, *qualification_inclusions.c) == [(2, 1)]
    assert rows(session, QualificationGrant.user_id, QualificationGrant.qualification_id) == [(1, 2)]


def test_tokens_applications_and_federation_still_work(session):
    run_import(session)

    valid = get_valid_token(session, "token-of-anna", NOW)
    assert (valid.user.id, valid.kind, valid.scopes) == (1, "personal", {"ME_READ"})
    assert get_valid_token(session, "short-lived", NOW).client_key == "roster"
    guest = get_valid_token(session, "a1" * 32, NOW)
    assert (guest.user, guest.kind, guest.scopes) == (None, "federation", set())
    application = session.scalar(select(Client))
    assert application.redirect_uris == ["https://app.example.org/cb", "https://app.example.org/b"]
    assert application.secret_hash == hash_token("secret-of-roster")
    token, refresh = session.get(AccessToken, 2), session.scalar(select(RefreshToken))
    assert token.grant_id == refresh.grant_id is not None
    assert refresh.expires_at == dt.datetime(2026, 11, 30, 8, tzinfo=UTC)
    assert rows(session, Consent.user_id, Consent.client_id, Consent.scopes) == [(1, 1, "PUBLIC_READ ME_READ")]
    assert session.get(FederationGuest, 1).credentials == {"client_id": "host", "client_secret": "secret-at-guest"}
    assert session.get(FederationGuest, 1).access_token_id == 3
    assert session.get(FederationHost, 1).credentials == {"access_token": "token-at-host"}
    assert rows(session, *federation_shares.c) == [(1, 1)]
    assert rows(session, *federated_qualifications.c) == [(1, 1)]
    assert session.get(FederatedUser, 1).guest_id == 1


def test_no_secret_is_stored_in_clear(session):
    run_import(session)

    for table in Base.metadata.sorted_tables:
        stored = str(session.execute(text(f'SELECT * FROM "{table.name}"')).all())
        assert [secret for secret in SECRETS if secret in stored] == [], table.name


def test_rows_get_other_ids_where_theirs_are_taken(session):
    taken = make_user(session, "someone"), make_group(session, "Others"), make_event(session, "Conference")
    assert [each.id for each in taken] == [1, 1, 1]
    _report, issues = run_import(session)

    anna = session.scalar(select(User).where(User.email == "anna@example.org"))
    event = session.scalar(select(Event).where(Event.name == "Concert", Event.id > 2))
    assert (anna.id, event.id) == (3, 3)
    assert session.get(Participation, 1).user_id == anna.id
    assert session.get(Shift, 1).event_id == event.id
    assert session.get(Consequence, 1).data["event_id"] == event.id
    assert "core.userprofile 1: its number is in use here; it got the id 3" in issues
    assert make_user(session).id > 3


def test_ids_in_configurations_follow_their_rows(session):
    run_import(session)
    # Without the record of the first run, the second one finds all numbers taken.
    session.execute(ImportOrigin.__table__.delete())
    run_import(session)

    assert len(rows(session, Qualification.id)) == 2
    first, second, third, fourth = session.scalars(select(Shift).order_by(Shift.id))
    assert (third.id, fourth.id) == (3, 4)
    assert third.signup_flow_configuration == {"leader_shift_id": 4}
    assert third.structure_configuration == first.structure_configuration
    assert fourth.structure_configuration == second.structure_configuration
    assert len(rows(session, BlockComposition.id)) == 2


def test_a_lost_leader_keeps_its_number(session):
    tables = dump_tables()
    tables["core.shift"][1]["signup_flow_configuration"] = {"leader_shift_id": 999}
    run_import(session, tables)

    assert session.get(Shift, 1).signup_flow_configuration == {"leader_shift_id": 999}


def test_an_account_with_the_same_address_is_kept_and_gets_the_data(session):
    kept = make_user(session, "annika", id=77, email="ANNA@example.org", full_name="Annika", is_admin=False)
    report, _issues = run_import(session)

    assert report.outcomes["core.userprofile"] == {"added": 1, "merged": 1}
    assert (kept.full_name, kept.is_admin, session.get(Participation, 1).user_id) == ("Annika", False, 77)
    assert rows(session, GroupMember.user_id) == [(77,)]
    assert session.get(CrewProfile, 77).phone == "030 1"


def test_a_second_run_stores_nothing_and_brings_nothing_back(session, count_rows):
    run_import(session)
    session.delete(session.get(Participation, 2))
    session.execute(GroupMember.__table__.delete())
    session.get(User, 2).full_name = "Benjamin"
    session.commit()
    before = count_rows()
    report, issues = run_import(session)

    assert (count_rows(), issues) == (before, [])
    assert sum(each["added"] for each in report.outcomes.values()) == 0
    assert session.get(User, 2).full_name == "Benjamin"


def test_a_second_run_overwrites_nothing_with_rows_that_changed_in_the_file(session):
    run_import(session)
    name, state = session.get(User, 2).full_name, session.get(Participation, 1).state
    tables = dump_tables()
    tables["core.userprofile"][2] |= {"display_name": "Renamed there"}
    tables["core.abstractparticipation"][1] |= {"state": 3}

    report, _issues = run_import(session, tables)

    session.expire_all()
    assert (session.get(User, 2).full_name, session.get(Participation, 1).state) == (name, state)
    assert sum(each["added"] for each in report.outcomes.values()) == 0


def test_a_second_run_adds_new_rows(session):
    run_import(session)
    tables = dump_tables()
    tables["core.userprofile"][3] = tables["core.userprofile"][2] | {"email": "cem@example.org", "calendar_token": "c"}
    tables["core.abstractparticipation"][5] = tables["core.abstractparticipation"][1] | {"shift": 2}
    tables["core.localparticipation"][5] = {"user": ["cem@example.org"]}
    report, _issues = run_import(session, tables)

    assert session.get(Participation, 5).user_id == 3
    assert sum(each["added"] for name, each in report.outcomes.items() if " " not in name) == 2


def test_numbers_are_as_good_as_natural_keys(session):
    """A dump without ``--natural-foreign`` also contains content types and permissions."""
    tables = dump_tables()
    tables |= {
        "contenttypes.contenttype": {
            3: {"app_label": "core", "model": "localparticipation"}, 4: {"app_label": "core", "model": "event"},
        },
        "auth.permission": {9: {"codename": "view_event", "content_type": 4, "name": "x"}},
    }  # fmt: skip
    tables["core.abstractparticipation"][1]["polymorphic_ctype"] = 3
    tables["core.localparticipation"][1]["user"] = 1
    tables["core.userprofile"][1]["groups"] = [1]
    tables["core.qualification"][2]["includes"] = [1]
    tables["guardian.groupobjectpermission"][1] |= {"permission": 9, "content_type": 4, "group": 1}
    _report, issues = run_import(session, tables)

    assert issues == []
    assert session.get(Participation, 1).user_id == 1
    assert rows(session, *qualification_inclusions.c) == [(2, 1)]
    assert ("group 1 view_event event 1",) in rows(session, GrantedPermission.unique_key)


@pytest.mark.parametrize(
    ("model", "change", "reason"),
    [
        ("core.shift", {"event": 99}, "orphan: core.event 99 is not there"),
        ("core.shift", {"start_time": "yesterday"}, "start_time is not a time"),
        ("core.shift", {"start_time": None}, "start_time is missing"),
        ("core.shift", {"structure_configuration": [1]}, "structure_configuration is not an object"),
        ("core.userprofile", {"email": "anna"}, "its e-mail address is invalid"),
        ("core.workinghours", {"hours": "many"}, "hours is not a number"),
        ("core.workinghours", {"hours": "1e300"}, "hours is out of range"),
        ("core.qualificationgrant", {"expires": "10000-01-01T00:00:00Z"}, "expires is not a time"),
        ("core.abstractparticipation", {"state": 9}, "there is no state 9"),
        ("core.abstractparticipation", {"polymorphic_ctype": ["core", "robot"]}, "it has no participant: core.robot"),
        ("core.qualification", {"title": 7}, "title is not a text"),
        ("core.eventtype", {"show_participant_data": 8}, "there is no show_participant_data 8"),
    ],
)
def test_invalid_rows_are_skipped_with_a_reason(session, model, change, reason):
    tables = dump_tables()
    tables[model][1] |= change
    _report, issues = run_import(session, tables)

    assert f"{model} 1: {reason}" in issues


def test_texts_that_no_column_takes_are_repaired(session):
    tables = dump_tables()
    tables["core.event"][1] |= {"title": "x\0" + "y" * 300, "description": "\ud800"}
    _report, issues = run_import(session, tables)

    event = session.get(Event, 1)
    assert (event.name, event.description) == ("x" + "y" * 253, "?")
    assert issues == ["core.event 1: title is cut to 254 characters"]


def test_participations_that_come_twice_are_stored_once(session):
    tables = dump_tables()
    tables["core.abstractparticipation"][5] = tables["core.abstractparticipation"][1] | {"state": 0}
    tables["core.localparticipation"][5] = tables["core.localparticipation"][1]
    report, issues = run_import(session, tables)

    assert report.outcomes["core.abstractparticipation"] == {"added": 4, "skipped": 1}
    assert issues == ["core.abstractparticipation 5: the database refuses it"]


@pytest.mark.parametrize("objects", [{}, [1], [{"model": "core.event", "pk": 1}], []])
def test_another_file_is_refused(objects):
    with pytest.raises(InvalidInput):
        Dump(objects)
