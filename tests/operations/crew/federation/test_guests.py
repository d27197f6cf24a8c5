"""Removal of guests, and the profiles and sessions of their users."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db
from joindin.federation.answers import Profile
from joindin.models import AccessToken
from joindin.models.crew import (
    CONFIRMED,
    FederatedSession,
    FederatedUser,
    FederationGuest,
    FederationInvite,
    Participation,
    federated_qualifications,
)
from joindin.operations.crew.federation.guests import GuestDetails, admit_guest, remove_guest
from joindin.operations.crew.federation.invites import create_invite, purge_expired_invites
from joindin.operations.crew.federation.users import (
    end_federated_session,
    purge_expired_federated_sessions,
    start_federated_session,
    store_federated_user,
)
from joindin.operations.crew.waiting_list import join_waiting_list
from tests.concurrency import run_concurrently
from tests.crew_factories import (
    make_crew_event,
    make_federated_user,
    make_federation_guest,
    make_participation,
    make_qualification,
    make_shift,
)
from tests.factories import NOW, make_user

TIMES = {"now": NOW, "timezone": "Europe/Berlin"}
HOUR = dt.timedelta(hours=1)
UNKNOWN = "5eed0000-0000-4000-8000-ffffffffffff"
DETAILS = GuestDetails("Guest", "http://guest.example", "cid", "secret")


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def qualification_ids(session, user):
    table = federated_qualifications.c
    return set(session.scalars(select(table.qualification_id).where(table.federated_user_id == user.id)))


def profile(*qualifications, name="Fay", email="fay@guest.example", born=None):
    return Profile(email, name, born, qualifications)


def test_a_removed_guest_takes_everything_with_it_and_frees_places(session):
    ada, guest = make_user(session, "ada"), make_federation_guest(session)
    shift = make_shift(
        session, make_crew_event(session, seen_by=[ada]), structure_configuration={"maximum_number_of_participants": 1}
    )
    fay = make_federated_user(session, guest)
    make_participation(session, shift, federated_user_id=fay.id)
    start_federated_session(session, fay, expires_at=NOW + HOUR)
    guest_id = guest.id
    join_waiting_list(session, ada.id, shift.id, **TIMES)

    remove_guest(session, guest_id, actor=None, **TIMES)

    for model in (FederationGuest, AccessToken, FederatedUser, FederatedSession):
        assert count(session, model) == 0
    rows = session.execute(select(Participation.user_id, Participation.state)).all()
    assert rows == [(ada.id, CONFIRMED)]
    with pytest.raises(NotFound):
        remove_guest(session, guest_id, actor=None, **TIMES)


def test_one_code_admits_one_guest_whatever_the_number_of_requests_at_once(app, session):
    _invite, code = create_invite(session, DETAILS.url, actor=make_user(session, "ada"), now=NOW)

    def admit(number):
        details = GuestDetails("Guest", DETAILS.url, f"client {number % 2}", "secret")
        with app.app_context():
            try:
                admit_guest(db.session, details, code, secret_key="of the tests", now=NOW)
                db.session.commit()
                return details.client_id
            except InvalidInput:
                return None

    admitted = run_concurrently(session, [lambda number=number: admit(number) for number in range(6)])

    assert len(set(admitted) - {None}) == 1
    assert admitted.count(None) == 3
    assert count(session, FederationGuest) == 1


def test_each_sign_in_refreshes_the_profile_and_the_qualifications(session):
    guest, medic = make_federation_guest(session), make_qualification(session, "MED")
    driver = make_qualification(session, "DRV")
    first = store_federated_user(session, guest.id, profile((medic.uuid, [])), now=NOW)
    assert qualification_ids(session, first) == {medic.id}

    renamed = profile((driver.uuid, []), name="Fay Farmer", email="FAY@guest.example", born=dt.date(2000, 1, 2))
    again = store_federated_user(session, guest.id, renamed, now=NOW)

    assert (again.id, again.display_name, again.date_of_birth) == (first.id, "Fay Farmer", dt.date(2000, 1, 2))
    assert qualification_ids(session, again) == {driver.id}


def test_an_unknown_qualification_counts_as_the_known_ones_that_it_includes(session):
    guest, medic, nurse = make_federation_guest(session), make_qualification(session), make_qualification(session)

    user = store_federated_user(
        session, guest.id, profile((UNKNOWN, [medic.uuid, UNKNOWN]), (nurse.uuid, [UNKNOWN])), now=NOW
    )

    assert qualification_ids(session, user) == {medic.id, nurse.id}


def test_users_of_different_guests_are_different_people(session):
    first, second = make_federation_guest(session), make_federation_guest(session)

    users = {store_federated_user(session, guest.id, profile(), now=NOW).id for guest in (first, second)}

    assert len(users) == 2
    with pytest.raises(NotFound):
        store_federated_user(session, second.id + 1, profile(), now=NOW)


def test_sessions_end_and_are_purged(session):
    fay = make_federated_user(session, make_federation_guest(session))
    token = start_federated_session(session, fay, expires_at=NOW + HOUR)
    start_federated_session(session, fay, expires_at=NOW - HOUR)

    purge_expired_federated_sessions(session, NOW)
    assert count(session, FederatedSession) == 1
    end_federated_session(session, token)

    assert count(session, FederatedSession) == 0


@pytest.mark.parametrize(
    ("url", "stored"),
    [
        ("https://Guest.example/", "https://guest.example"),
        (" http://guest.example:8000 ", "http://guest.example:8000"),
        ("https://guest.example/below", None),
        ("https://guest.example/?x=1", None),
        ("https://ada@guest.example", None),
        ("ftp://guest.example", None),
        ("guest.example", None),
        ("https://" + "x" * 300, None),
        ("", None),
    ],
)
def test_invites_are_for_the_base_address_of_an_instance(session, url, stored):
    ada = make_user(session, "ada")

    if stored is None:
        with pytest.raises(InvalidInput):
            create_invite(session, url, actor=ada, now=NOW)
    else:
        assert create_invite(session, url, actor=ada, now=NOW)[0].url == stored
    assert count(session, FederationInvite) == (stored is not None)


def test_old_invites_are_purged(session):
    ada = make_user(session, "ada")
    kept, _code = create_invite(session, DETAILS.url, actor=ada, now=NOW - 47 * HOUR)
    create_invite(session, DETAILS.url, actor=ada, now=NOW - 49 * HOUR)

    purge_expired_invites(session, NOW)

    assert session.scalars(select(FederationInvite.id)).all() == [kept.id]
