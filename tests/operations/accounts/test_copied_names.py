"""Copies of a user's names: they follow a renamed user, are part of the download, and go with the account."""

import pytest
from sqlalchemy import Text, cast, select

from joindin.db.base import Base
from joindin.models import (
    AuditEntry,
    Event,
    EventComment,
    EventContact,
    EventHost,
    EventSettings,
    FormerEmail,
    Mail,
    Registration,
    TalkClaim,
    TalkSpeaker,
)
from joindin.operations.accounts.account_deletion import delete_user
from joindin.operations.accounts.groups import add_member
from joindin.operations.accounts.profiles import edit_profile
from joindin.operations.accounts.roles import set_roles
from joindin.operations.claims import approve_claim, claim_talk
from joindin.operations.events import EventDetails, submit_event
from joindin.operations.outbox import enqueue_mail
from joindin.queries.accounts.personal_data import collect_personal_data
from tests.factories import (
    NOW,
    days_from_now,
    make_event,
    make_event_comment,
    make_group,
    make_talk,
    make_user,
)

NAMES = ("wilhelmina", "Wilhelmina Featherstoñe", "wilhelmina@example.org")


@pytest.fixture
def root(session):
    return make_user(session, "root", is_admin=True)


@pytest.fixture
def person(session):
    username, full_name, email = NAMES
    return make_user(session, username, full_name=full_name, email=email)


def submit(session, user, name="Conf"):
    details = EventDetails(
        name=name, description="x", location="x", starts_at=days_from_now(1), ends_at=days_from_now(2), timezone="UTC"
    )
    return submit_event(session, details, submitter=user, now=NOW)


def contact_names(session):
    session.expire_all()
    return session.scalars(select(Event.contact_name).order_by(Event.id)).all()


def find_texts(session, texts):
    """Return the columns of the database that contain one of ``texts``, without regard to case."""
    session.flush()
    found = set()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            values = session.scalars(select(cast(column, Text)).where(column.is_not(None)))
            if any(text.lower() in value.lower() for value in values for text in texts):
                found.add(f"{table.name}.{column.name}")
    return found


def leave_copies(session, person, root):
    """Have the person do what copies the names to other tables."""
    group = make_group(session)
    event = submit(session, person)
    imported = make_event(session, host=person, contact_name=person.full_name.upper())
    talk = make_talk(session, imported, speakers=["W. F."])
    claim_talk(
        session, talk.id, speaker_name="W. F.", username=person.username, caller=person, is_host_or_admin=False, now=NOW
    )
    claim_id = session.scalars(select(TalkClaim.id)).one()
    approve_claim(session, claim_id, actor=root, now=NOW)
    make_event_comment(session, event, person, author_name=person.full_name)
    session.add(EventSettings(event_id=event.id, contact_address=person.email.title()))
    add_member(session, group.id, username=person.username, actor=root)
    edit_profile(session, person.id, {"full_name": "Wilhelmina F.", "email": "other@example.org"}, actor=root)
    edit_profile(session, person.id, {"full_name": NAMES[1], "email": NAMES[2]}, actor=root)
    set_roles(session, person.id, {"trusted": True}, actor=root)
    enqueue_mail(session, "contact", ["desk@example.org"], reply_to=f"{person.email}, desk@example.org")
    for mail in session.scalars(select(Mail)):
        mail.context, mail.due_at, mail.sent_at = {}, None, NOW
    session.add(FormerEmail(user_id=person.id, email="other@example.org", replaced_at=NOW))
    registration = {"username": "w", "full_name": NAMES[1], "email": person.email, "password_hash": "x"}
    session.add(Registration(token_hash="t", created_at=NOW, **registration))
    session.flush()
    return talk


def test_a_deleted_person_leaves_no_name_behind(session, person, root):
    talk = leave_copies(session, person, root)
    person_id = person.id

    delete_user(session, person_id, actor=root)

    assert find_texts(session, ["wilhelmina", "feathersto", "other@example.org"]) == set()
    assert session.scalars(select(TalkSpeaker.name).where(TalkSpeaker.talk_id == talk.id)).all() == ["W. F."]
    entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_type == "user")).all()
    assert {entry.subject_name for entry in entries} == {f"deleted account {person_id}"}
    assert {entry.actor_name for entry in entries} == {"root"}


def test_a_person_who_deletes_the_own_account_leaves_no_name_behind(session, person, root):
    submit(session, person)
    person_id = person.id

    delete_user(session, person_id, actor=person)

    assert find_texts(session, NAMES) == set()
    [mail] = session.scalars(select(Mail))
    assert (mail.kind, mail.context["contact_name"]) == ("event_submitted", f"deleted account {person_id}")


def test_names_of_others_stay_when_an_account_is_deleted(session, person, root):
    namesake = make_user(session, "namesake", full_name=NAMES[1])
    events = [submit(session, namesake, "Other"), make_event(session, host=root, contact_name="root")]
    session.add(EventHost(event_id=events[0].id, user_id=person.id))
    set_roles(session, root.id, {"trusted": True}, actor=root)

    delete_user(session, person.id, actor=root)

    assert contact_names(session) == [NAMES[1], "root"]
    assert session.scalars(select(AuditEntry.subject_name).where(AuditEntry.action == "user.trust")).all() == ["root"]


def test_the_contact_is_removed_although_the_submitter_is_no_host_any_more(session, person, root):
    submit(session, person)
    session.execute(EventHost.__table__.delete())

    delete_user(session, person.id, actor=root)

    assert contact_names(session) == [None]
    assert session.scalars(select(EventContact.user_id)).all() == []


def test_a_renamed_person_is_renamed_wherever_the_name_was_copied(session, person, root):
    talk = leave_copies(session, person, root)
    before = {event.id: event.version for event in session.scalars(select(Event))}

    edit_profile(session, person.id, {"full_name": "Mina Stone"}, actor=person)

    assert contact_names(session) == ["Mina Stone"] * 2
    assert session.scalars(select(TalkSpeaker.name).where(TalkSpeaker.talk_id == talk.id)).all() == ["Mina Stone"]
    assert session.scalars(select(EventComment.author_name)).all() == ["Mina Stone"]
    assert all(session.get(Event, event_id).version > version for event_id, version in before.items())


def test_the_name_of_another_contact_is_not_changed(session, person, root):
    make_event(session, host=person, contact_name="The Organisers")
    submit(session, root)

    edit_profile(session, person.id, {"full_name": "Mina Stone"}, actor=person)

    assert contact_names(session) == ["The Organisers", "Root"]


def test_the_download_contains_every_copied_name(session, person, root):
    leave_copies(session, person, root)

    data = collect_personal_data(session, person)

    assert sorted(row["contact_name"] for row in data["contact_names"]) == [NAMES[1], NAMES[1]]
    assert [row["contact_address"] for row in data["contact_addresses"]] == [NAMES[2].title()]
    assert [row["author_name"] for row in data["event_comments"]] == [NAMES[1]]
    assert [row["name"] for row in data["talk_speakers"]] == [NAMES[1]]
    actions = [row["action"] for row in data["audit_entries.subject"]]
    assert actions == ["claim.approve", "group.add_member", "user.edit", "user.edit", "user.trust"]


def test_removing_copies_costs_the_same_however_many_there_are(session, root, count_statements):
    people = [make_user(session), make_user(session)]
    for person, number in zip(people, (1, 3)):
        for each in range(number):
            submit(session, person, f"Conf {each}")
            set_roles(session, person.id, {"trusted": each % 2 == 0}, actor=root)
    session.commit()

    counts = []
    for user_id in [person.id for person in people]:
        with count_statements() as statements:
            delete_user(session, user_id, actor=root)
        counts.append(len(statements))

    assert counts[0] == counts[1]
