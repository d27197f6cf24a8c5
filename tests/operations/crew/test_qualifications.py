"""Administration of qualifications, and the qualifications of people."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from joindin.errors import Conflict, NotFound
from joindin.extensions import db
from joindin.models import AuditEntry, User
from joindin.models.crew import Qualification, QualificationCategory, QualificationGrant, Shift
from joindin.operations.crew import qualification_grants, qualifications
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.qualifications import CategoryFields, QualificationFields
from joindin.operations.crew.shifts import ShiftFields, create_shift
from joindin.queries.crew.people.qualification_grants import list_qualification_grants
from joindin.queries.crew.planning.qualification_uses import list_requiring_shifts
from joindin.queries.crew.qualifications import load_granted_ids, load_qualification_catalogue
from tests.concurrency import run_concurrently
from tests.crew_factories import grant_qualification, make_crew_event, make_qualification, make_shift
from tests.factories import NOW, days_from_now, make_user

UUID = "5eed0000-0000-4000-8000-000000000065"
YEAR = dt.timedelta(days=365)


@pytest.fixture
def admin(session):
    return make_user(session, "root", is_admin=True)


def fields_of(qualification, **changes):
    fields = QualificationFields(qualification.title, qualification.abbreviation, qualification.category_id)
    return replace(fields, **changes)


def included(session, qualification):
    return load_qualification_catalogue(session.connection()).included_ids.get(qualification.id, frozenset())


def test_a_qualification_is_created_with_what_it_includes(session, admin):
    helper = make_qualification(session)
    fields = fields_of(helper, title="Paramedic", abbreviation="PAR", included_ids=[helper.id], uuid=UUID.upper())

    made = qualifications.create_qualification(session, fields, actor=admin)

    assert (made.title, made.abbreviation, made.uuid, made.category_id) == (
        "Paramedic",
        "PAR",
        UUID,
        helper.category_id,
    )
    assert included(session, made) == {helper.id}


def test_a_change_replaces_the_inclusions_and_keeps_the_uuid(session, admin):
    first, second = make_qualification(session), make_qualification(session)
    made = make_qualification(session, includes=[first])
    uuid = made.uuid

    fields = fields_of(made, title="Medic", included_ids=[second.id])
    qualifications.update_qualification(session, made.id, fields, actor=admin)

    assert (made.title, made.uuid, included(session, made)) == ("Medic", uuid, {second.id})


def test_inclusions_have_no_cycle(session, admin):
    low = make_qualification(session)
    middle = make_qualification(session, includes=[low])
    high = make_qualification(session, includes=[middle])

    for included_id in (low.id, high.id):
        with pytest.raises(InvalidCrewField, match="must not include itself") as refused:
            qualifications.update_qualification(
                session, low.id, fields_of(low, included_ids=[included_id]), actor=admin
            )
        assert refused.value.field == "includes"

    assert (included(session, low), included(session, high)) == (frozenset(), {low.id, middle.id})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 255}, "title"),
        ({"abbreviation": "\0"}, "abbreviation"),
        ({"category_id": 999}, "category"),
        ({"included_ids": [999]}, "includes"),
        ({"uuid": "no uuid"}, "uuid"),
        ({"uuid": UUID}, "uuid"),
    ],
)
def test_an_invalid_qualification_is_refused(session, admin, changes, field):
    make_qualification(session).uuid = UUID
    other = make_qualification(session)
    session.flush()

    with pytest.raises(InvalidCrewField) as refused, session.begin_nested():
        qualifications.create_qualification(session, fields_of(other, **changes), actor=admin)

    assert refused.value.field == field
    assert session.scalar(select(func.count()).select_from(Qualification)) == 2


def test_only_a_qualification_that_nothing_uses_is_deleted(session, admin):
    used, free = make_qualification(session), make_qualification(session)
    grant_qualification(session, admin, used)

    with pytest.raises(Conflict):
        qualifications.delete_qualification(session, used.id, actor=admin)
    qualifications.delete_qualification(session, free.id, actor=admin)

    assert session.scalars(select(Qualification.id)).all() == [used.id]
    with pytest.raises(NotFound):
        qualifications.delete_qualification(session, 999, actor=admin)


@pytest.mark.parametrize("structure", ["uniform", "named_teams", "qualification_mix"])
def test_a_qualification_that_a_shift_requires_stays(session, admin, structure):
    required, free = make_qualification(session), make_qualification(session)
    configuration = {
        "uniform": {"required_qualification_ids": [required.id]},
        "named_teams": {"teams": [{"qualification": None}, {"qualification": required.id}]},
        "qualification_mix": {"qualification_requirements": [{"qualification": required.id, "min_count": free.id}]},
    }[structure]
    event = make_crew_event(session, "Street fair")
    make_shift(session, event, structure_configuration={})
    shift = make_shift(session, event, structure=structure, structure_configuration=configuration)

    with pytest.raises(Conflict, match="People, events, shifts or building blocks"):
        qualifications.delete_qualification(session, required.id, actor=admin)
    qualifications.delete_qualification(session, free.id, actor=admin)

    assert session.scalars(select(Qualification.id)).all() == [required.id]
    assert [(row.id, row.event_name) for row in list_requiring_shifts(session, required.id)] == [
        (shift.id, "Street fair")
    ]


def test_a_shift_and_the_deletion_of_its_qualification_at_once(app, session, admin):
    """One of both is refused: no shift requires a qualification that is gone."""
    start, required = days_from_now(20), make_qualification(session)
    event_id, required_id, admin_id = make_crew_event(session).id, required.id, admin.id
    fields = ShiftFields(
        "Early", start, start, start + dt.timedelta(hours=1), "instant_confirmation", {}, "uniform",
        {"required_qualification_ids": [required_id]},
    )  # fmt: skip

    def create():
        create_shift(db.session, event_id, fields)

    def remove():
        qualifications.delete_qualification(db.session, required_id, actor=db.session.get_one(User, admin_id))

    def run(work):
        with app.app_context():
            try:
                work()
                db.session.commit()
                return True
            except (Conflict, InvalidCrewField):
                db.session.rollback()
                return False

    is_stored, is_deleted = run_concurrently(session, [lambda: run(create), lambda: run(remove)])

    assert is_stored is not is_deleted
    rows = [session.scalar(select(func.count()).select_from(model)) for model in (Shift, Qualification)]
    assert rows == [is_stored, not is_deleted]


def test_categories_are_created_changed_and_deleted(session, admin):
    made = qualifications.create_category(session, CategoryFields("Driving"), actor=admin)
    uuid = made.uuid
    qualifications.update_category(session, made.id, CategoryFields("Cars", is_shown_with_user=False), actor=admin)
    assert (made.title, made.is_shown_with_user, made.uuid) == ("Cars", False, uuid)

    used = make_qualification(session).category_id
    with pytest.raises(Conflict):
        qualifications.delete_category(session, used, actor=admin)
    with pytest.raises(InvalidCrewField):
        qualifications.create_category(session, CategoryFields("Copy", uuid=uuid), actor=admin)
    qualifications.delete_category(session, made.id, actor=admin)
    assert session.scalars(select(QualificationCategory.id)).all() == [used]


def test_a_qualification_is_granted_extended_expired_and_withdrawn(session, admin):
    ada, first_aid = make_user(session), make_qualification(session)

    def set_expiry(expires_at):
        qualification_grants.grant_qualification(session, ada.id, first_aid.id, expires_at=expires_at, actor=admin)
        return load_granted_ids(session, NOW, user_ids=[ada.id])

    valid = {("user", ada.id): [first_aid.id]}
    assert set_expiry(None) == valid
    assert set_expiry(NOW + YEAR) == valid
    assert set_expiry(NOW - YEAR) == {}
    assert [(row.uuid, row.expires_at) for row in list_qualification_grants(session, ada.id)] == [
        (first_aid.uuid, NOW - YEAR)
    ]
    qualification_grants.withdraw_qualification(session, ada.id, first_aid.id, actor=admin)
    assert list_qualification_grants(session, ada.id) == []
    with pytest.raises(NotFound):
        qualification_grants.withdraw_qualification(session, ada.id, first_aid.id, actor=admin)


def test_granting_the_same_again_writes_no_entry(session, admin):
    ada, first_aid = make_user(session), make_qualification(session)
    for _ in range(2):
        qualification_grants.grant_qualification(session, ada.id, first_aid.id, expires_at=None, actor=admin)

    assert session.scalar(select(func.count()).select_from(QualificationGrant)) == 1
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == 1


def test_what_an_identity_provider_manages_is_not_changed_here(session, admin):
    first_aid = make_qualification(session)
    grant = grant_qualification(session, admin, first_aid)
    grant.is_externally_managed = True
    session.flush()

    with pytest.raises(Conflict):
        qualification_grants.grant_qualification(session, admin.id, first_aid.id, expires_at=NOW, actor=admin)
    with pytest.raises(Conflict):
        qualification_grants.withdraw_qualification(session, admin.id, first_aid.id, actor=admin)

    assert grant.expires_at is None


def test_users_and_qualifications_that_do_not_exist_are_refused(session, admin):
    first_aid = make_qualification(session)

    with pytest.raises(NotFound):
        qualification_grants.grant_qualification(session, 999, first_aid.id, expires_at=None, actor=admin)
    with pytest.raises(InvalidCrewField):
        qualification_grants.grant_qualification(session, admin.id, 999, expires_at=None, actor=admin)
