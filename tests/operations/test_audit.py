"""Audit log: every privileged operation leaves an entry, and old entries are purged."""

import datetime as dt
import inspect
from importlib import import_module
from pkgutil import walk_packages

import pytest
from sqlalchemy import select

from joindin import operations
from joindin.jobs.cleanup import purge_audit_log
from joindin.models import AuditEntry, Authenticator, GrantedPermission, Invitation, TalkRating
from joindin.operations.accounts.account_deletion import delete_talk_comments, delete_user
from joindin.operations.accounts.api_tokens import revoke_token
from joindin.operations.accounts.client_registration import add_client, register_application, register_client
from joindin.operations.accounts.clients import (
    delete_client,
    disable_client,
    disable_clients_of,
    edit_application,
    edit_client,
    enable_client,
    rotate_secret,
)
from joindin.operations.accounts.granted_permissions import grant_permission, grant_preset, revoke_permission
from joindin.operations.accounts.groups import add_member, create_group, delete_group, remove_member, rename_group
from joindin.operations.accounts.passwords import secure_account
from joindin.operations.accounts.personal_tokens import create_personal_token
from joindin.operations.accounts.profiles import edit_profile
from joindin.operations.accounts.roles import set_roles
from joindin.operations.accounts.second_factors import remove_authenticator, reset_second_factors
from joindin.operations.accounts.users import create_user_as_admin
from joindin.operations.agenda.confirmation import assign_event, confirm_event, deactivate_owner, unconfirm_event
from joindin.operations.agenda.editing import delete_event
from joindin.operations.agenda.event_fields import FlyerChange
from joindin.operations.agenda.flyers import FlyerStore
from joindin.operations.audit import log_action
from joindin.operations.claims import approve_claim, claim_talk, reject_claim, reject_claim_by_id
from joindin.operations.comment_reports import resolve_comment_reports, reveal_author
from joindin.operations.event_approval import approve_event, reject_event
from joindin.operations.events import EventDetails
from joindin.operations.feedback.bursts import accept_burst, count_ratings_again, leave_out_burst
from joindin.operations.feedback.guest_texts import reject_guest_text, release_guest_text
from joindin.operations.hosts import add_host, remove_host
from joindin.operations.organiser.event_details import EventParts, edit_detailed_event
from joindin.operations.organiser.hosts import add_host_by_login, remove_other_host
from joindin.operations.organiser.invitations import invite_host, invite_speaker, withdraw_invitation
from joindin.operations.organiser.rooms import renew_room_codes
from joindin.operations.organiser.settings import edit_event_settings
from joindin.operations.organiser.talk_audit import logged_edit
from joindin.operations.rejection_reasons import add_reason, delete_reason, edit_reason
from joindin.queries.audit import AuditFilter, list_audit_entries
from joindin.utils.media.local_folder import LocalFolder
from tests.factories import (
    NOW,
    make_claim,
    make_event,
    make_event_comment,
    make_group,
    make_pending_event,
    make_report,
    make_room,
    make_talk,
    make_talk_comment,
    make_user,
    newest,
)
from tests.operations.privileged_in_crew import PRIVILEGED_IN_CREW
from tests.operations.privileged_on_federation import PRIVILEGED_ON_FEDERATION
from tests.operations.privileged_on_site import PRIVILEGED_ON_SITE
from tests.operations.privileged_on_talks import PRIVILEGED_ON_TALKS

# The names of the parameter for the user who acts with more than the rights of an ordinary account.
ACTORS = ("actor", "reviewer", "decider", "remover")
# Helpers of operations, which are not operations themselves.
HELPERS = (log_action, logged_edit)

PROFILE = {"full_name": "Ada Byron", "email": "byron@example.org", "biography": "Long"}


APPLICATION = {"description": "", "website": "", "redirect_uris": ["https://app.example/back"]}
NOW_AND_KEY = {"secret_key": "of the tests", "now": NOW}


def add_authenticator_of(session, user):
    session.add(Authenticator(user_id=user.id, secret="sealed", created_at=NOW, last_step=0))
    session.flush()


def rate_in_crowd(session, sample, **fields):
    """Store two ratings at once of the talk in a room with one chair; return the talk."""
    sample.talk.room_id = make_room(session, sample.event, capacity=1).id
    times = {"created_at": NOW, "updated_at": NOW}
    session.add_all(TalkRating(talk_id=sample.talk.id, rating=5, **times, **fields) for _ in range(2))
    session.flush()
    return sample.talk


def edit_capacity(session, sample, capacity):
    """Change nothing of the event but settings that describe it."""
    event = sample.event
    columns = ("name", "description", "location", "starts_at", "ends_at", "timezone")
    settings = {"kind": "meetup", "capacity": capacity, "contact_address": "grace@example.org"}
    parts = EventParts(address="", online_locations=[], image=FlyerChange(), settings=settings)
    details = EventDetails(**{name: getattr(event, name) for name in columns})
    edit_detailed_event(session, event, details, parts, actor=sample.root, now=NOW, files=FlyerStore(LocalFolder("")))


class SampleData:
    def __init__(self, session):
        self.root = make_user(session, "root", is_admin=True)
        self.ada = make_user(session, "ada")
        self.ada_id = self.ada.id
        self.pending = make_pending_event(session, "Waiting")
        self.event = make_event(session, "Live", host=self.ada)
        self.talk = make_talk(session, self.event, "Talk", speakers=["Ada L."])
        self.claim = make_claim(session, self.talk, self.talk.speakers[0], self.ada)
        self.comment = make_event_comment(session, self.event, self.ada)
        self.talk_comment = make_talk_comment(session, self.talk, self.ada)
        self.waiting = make_talk_comment(session, self.talk, rating=0, is_waiting=True, is_hidden=True)
        self.nameless = make_talk_comment(session, self.talk, make_user(session), is_name_hidden=True)
        make_report(session, self.comment, self.ada)
        make_report(session, self.nameless, self.ada)
        make_report(session, self.talk_comment, self.ada)
        self.group = make_group(session, "Kitchen", members=[self.ada])
        grant_permission(session, self.ada, "view_log", actor=None)
        self.permit = newest(session, GrantedPermission)
        self.application, _ = register_application(
            session, name="Schedule", is_public=False, actor=self.ada, **APPLICATION, **NOW_AND_KEY
        )
        self.token, _ = create_personal_token(
            session, actor=self.ada, description="Badges", scopes=["ME_READ"], expires_at=None, now=NOW
        )
        add_authenticator_of(session, self.ada)
        self.reason = add_reason(session, title="Off topic", text="Not about us", actor=None)
        for entry in session.scalars(select(AuditEntry)):
            session.delete(entry)
        session.flush()


# The call, then the action, the type of subject, its name and the changes of the entry.
PRIVILEGED = {
    approve_event: (lambda s, w: approve_event(s, w.pending.id, reviewer=w.root), "event.approve", "event", "Waiting", {}),
    reject_event: (
        lambda s, w: reject_event(s, w.pending.id, reviewer=w.root, reason="No", mail_from="x@example.org"),
        "event.reject", "event", "Waiting", {},
    ),
    add_host: (
        lambda s, w: add_host(s, w.event, username="root", actor=w.root),
        "event.add_host", "event", "Live", {"host": [None, "root"]},
    ),
    remove_host: (
        lambda s, w: remove_host(s, w.event, user_id=w.ada.id, remover=w.root),
        "event.remove_host", "event", "Live", {"host": ["ada", None]},
    ),
    confirm_event: (
        lambda s, w: confirm_event(s, w.pending.id, actor=w.root, now=NOW), "event.approve", "event", "Waiting", {},
    ),
    unconfirm_event: (
        lambda s, w: unconfirm_event(s, w.event.id, actor=w.root), "event.hide", "event", "Live", {},
    ),
    assign_event: (
        lambda s, w: assign_event(s, w.event.id, owner_id=w.root.id, actor=w.root),
        "event.assign", "event", "Live", {"host": ["ada", "root"]},
    ),
    deactivate_owner: (
        lambda s, w: deactivate_owner(s, w.event.id, actor=w.root),
        "user.deactivate", "user", "ada", {"active": [True, False]},
    ),
    delete_event: (
        lambda s, w: delete_event(s, w.event.id, actor=w.root, files=FlyerStore(LocalFolder(""))), "event.delete", "event", "Live", {},
    ),
    resolve_comment_reports: (
        lambda s, w: resolve_comment_reports(s, w.comment, decider=w.root, decision="approved", now=NOW),
        "event_comment.hide", "event_comment", None, {},
    ),
    reveal_author: (
        lambda s, w: reveal_author(s, w.nameless, actor=w.root), "talk_comment.reveal_author", "talk_comment", None, {},
    ),
    add_host_by_login: (
        lambda s, w: add_host_by_login(s, w.event, "root", actor=w.root, now=NOW),
        "event.add_host", "event", "Live", {"host": [None, "root"]},
    ),
    invite_host: (
        lambda s, w: invite_host(s, w.event, "new@example.org", actor=w.root, now=NOW),
        "event.invite_host", "event", "Live", {},
    ),
    invite_speaker: (
        lambda s, w: invite_speaker(s, w.talk, w.talk.speakers[0], "new@example.org", actor=w.root, now=NOW),
        "claim.assign", "talk", "Talk", {"speaker": ["Ada L.", None]},
    ),
    withdraw_invitation: (
        lambda s, w: (
            invite_host(s, w.event, "new@example.org", actor=w.root, now=NOW),
            withdraw_invitation(s, w.event, newest(s, Invitation).id, actor=w.root),
        ),
        "event.withdraw_invitation", "event", "Live", {},
    ),
    remove_other_host: (
        lambda s, w: (add_host(s, w.event, username="root", actor=None), remove_other_host(s, w.event, w.ada.id, remover=w.root)),
        "event.remove_host", "event", "Live", {"host": ["ada", None]},
    ),
    edit_event_settings: (
        lambda s, w: edit_event_settings(s, w.event.id, {"feedback_days": 30}, actor=w.root),
        "event.settings", "event", "Live", {"feedback_days": [90, 30]},
    ),
    edit_detailed_event: (
        lambda s, w: edit_capacity(s, w, 300), "event.edit", "event", "Live",
        {"kind": [None, "meetup"], "capacity": [None, 300], "contact_address": [None, "…@example.org"]},
    ),
    renew_room_codes: (
        lambda s, w: renew_room_codes(s, w.event, actor=w.root), "event.renew_room_codes", "event", "Live", {},
    ),
    release_guest_text: (
        lambda s, w: release_guest_text(s, w.waiting, actor=w.root, now=NOW),
        "talk_comment.release", "talk_comment", None, {},
    ),
    reject_guest_text: (
        lambda s, w: reject_guest_text(s, w.waiting, actor=w.root, now=NOW),
        "talk_comment.hide", "talk_comment", None, {},
    ),
    leave_out_burst: (
        lambda s, w: leave_out_burst(s, w.event.id, rate_in_crowd(s, w).id, reason="chairs", starts_at=NOW, actor=w.root),
        "talk.leave_out_ratings", "talk", "Talk", {"ratings left out": [0, 2]},
    ),
    accept_burst: (
        lambda s, w: accept_burst(s, w.event.id, rate_in_crowd(s, w).id, reason="chairs", starts_at=NOW, actor=w.root),
        "talk.accept_ratings", "talk", "Talk", {"accepted burst": [None, f"chairs {NOW.isoformat()}/{NOW.isoformat()}"]},
    ),
    count_ratings_again: (
        lambda s, w: count_ratings_again(s, w.event.id, rate_in_crowd(s, w, is_left_out=True).id, actor=w.root),
        "talk.count_ratings", "talk", "Talk", {"ratings left out": [2, 0]},
    ),
    approve_claim: (
        lambda s, w: approve_claim(s, w.claim.id, actor=w.root, now=NOW),
        "claim.approve", "talk", "Talk", {"speaker": ["Ada L.", "ada"]},
    ),
    reject_claim_by_id: (
        lambda s, w: reject_claim_by_id(s, w.claim.id, actor=w.root),
        "claim.reject", "talk", "Talk", {"speaker": ["Ada L.", "ada"]},
    ),
    reject_claim: (
        lambda s, w: reject_claim(s, w.talk.id, speaker_name="Ada L.", username="ada", actor=w.root),
        "claim.reject", "talk", "Talk", {"speaker": ["Ada L.", "ada"]},
    ),
    claim_talk: (
        lambda s, w: claim_talk(
            s, w.talk.id, speaker_name="Ada L.", username="ada", caller=w.root, is_host_or_admin=True, now=NOW
        ),
        "claim.approve", "talk", "Talk", {"speaker": ["Ada L.", "ada"]},
    ),
    set_roles: (
        lambda s, w: set_roles(s, w.ada.id, {"trusted": True}, actor=w.root),
        "user.trust", "user", "ada", {"trusted": [False, True]},
    ),
    edit_profile: (
        lambda s, w: edit_profile(s, w.ada.id, PROFILE, actor=w.root, password="long enough"),
        "user.edit", "user", "ada",
        {
            "full_name": ["Ada", "Ada Byron"], "requested email": ["ada@example.org", "byron@example.org"],
            "password": ["one", "another"],
        },
    ),
    secure_account: (
        lambda s, w: secure_account(s, w.ada.id, actor=w.root, now=NOW), "user.secure", "user", "ada", {},
    ),
    create_user_as_admin: (
        lambda s, w: create_user_as_admin(
            s, username="new", email="new@example.org", password="long enough", is_trusted=True, now=NOW, actor=w.root
        ),
        "user.create", "user", "new", {"trusted": [False, True]},
    ),
    delete_user: (lambda s, w: delete_user(s, w.ada.id, actor=w.root), "user.delete", "user", lambda w: f"deleted account {w.ada_id}", {}),
    delete_talk_comments: (
        lambda s, w: delete_talk_comments(s, w.ada.id, actor=w.root),
        "user.delete_talk_comments", "user", "ada", {"comments": [1, 0]},
    ),
    create_group: (
        lambda s, w: create_group(s, "Stage", actor=w.root, now=NOW), "group.create", "group", "Stage", {},
    ),
    rename_group: (
        lambda s, w: rename_group(s, w.group.id, "Cooks", actor=w.root),
        "group.rename", "group", "Cooks", {"name": ["Kitchen", "Cooks"]},
    ),
    delete_group: (lambda s, w: delete_group(s, w.group.id, actor=w.root), "group.delete", "group", "Kitchen", {}),
    add_member: (
        lambda s, w: add_member(s, w.group.id, username="root", actor=w.root),
        "group.add_member", "group", "Kitchen", {"member": [None, "root"]},
    ),
    remove_member: (
        lambda s, w: remove_member(s, w.group.id, w.ada.id, actor=w.root),
        "group.remove_member", "group", "Kitchen", {"member": ["ada", None]},
    ),
    grant_permission: (
        lambda s, w: grant_permission(s, w.group, "view_event", w.event, actor=w.root),
        "group.permit", "group", "Kitchen",
        lambda w: {"permission": [None, "view_event"], "for": [None, f"event {w.event.id}"]},
    ),
    grant_preset: (
        lambda s, w: (grant_permission(s, w.group, "add_event", actor=None), grant_preset(s, w.group, "planning", actor=w.root)),
        "group.permit", "group", "Kitchen", {"permission": [None, "delete_event"]},
    ),
    revoke_permission: (
        lambda s, w: revoke_permission(s, w.permit.id, actor=w.root),
        "user.take_back", "user", "ada", {"permission": ["view_log", None]},
    ),
    register_client: (
        lambda s, w: register_client(
            s, name="Widget", description="", callback_url="https://app.example/", actor=w.root, **NOW_AND_KEY
        ),
        "application.create", "application", "Widget",
        {"password grant": [False, True], "callback_url": [None, "https://app.example/"]},
    ),
    register_application: (
        lambda s, w: register_application(s, name="Phone", is_public=True, actor=w.root, **APPLICATION, **NOW_AND_KEY),
        "application.create", "application", "Phone",
        {"public": [False, True], "callback_url": [None, "https://app.example/back"]},
    ),
    edit_application: (
        lambda s, w: edit_application(
            s, w.application, actor=w.root, **APPLICATION | {
                "name": "Calendar", "redirect_uris": ["https://app.example/back", "https://app.example/too"]
            }
        ),
        "application.edit", "application", "Calendar",
        {"name": ["Schedule", "Calendar"], "other_redirect_uris": ["", "https://app.example/too"]},
    ),
    edit_client: (
        lambda s, w: edit_client(s, w.application, actor=w.root, name="Calendar"),
        "application.edit", "application", "Calendar", {"name": ["Schedule", "Calendar"]},
    ),
    rotate_secret: (
        lambda s, w: rotate_secret(s, w.application, "of the tests", actor=w.root),
        "application.renew_secret", "application", "Schedule", {},
    ),
    disable_client: (
        lambda s, w: disable_client(s, w.application, actor=w.root, now=NOW),
        "application.disable", "application", "Schedule", {},
    ),
    disable_clients_of: (
        lambda s, w: disable_clients_of(s, w.ada.id, actor=w.root, now=NOW),
        "application.disable", "application", "Schedule", {},
    ),
    enable_client: (
        lambda s, w: enable_client(s, w.application, is_first_party=True, actor=w.root),
        "application.enable", "application", "Schedule", {"first party": [False, True]},
    ),
    delete_client: (
        lambda s, w: delete_client(s, w.application, actor=w.root), "application.delete", "application", "Schedule", {},
    ),
    create_personal_token: (
        lambda s, w: create_personal_token(
            s, actor=w.root, description="Doors", scopes=["ME_READ"], expires_at=None, now=NOW
        ),
        "token.create", "token", "Doors", {"scopes": [None, "ME_READ"]},
    ),
    revoke_token: (
        lambda s, w: revoke_token(s, w.token, actor=w.root, now=NOW),
        "token.revoke", "token", "Badges", {"scopes": ["ME_READ", None]},
    ),
    reset_second_factors: (
        lambda s, w: reset_second_factors(s, w.ada, actor=w.root), "user.reset_factors", "user", "ada", {},
    ),
    add_reason: (
        lambda s, w: add_reason(s, title="Spam", text="An advert", actor=w.root),
        "reason.add", "reason", "Spam", {"text": [None, "An advert"]},
    ),
    edit_reason: (
        lambda s, w: edit_reason(s, w.reason.id, title="Off topic", text="Not ours", actor=w.root),
        "reason.edit", "reason", "Off topic", {"text": ["Not about us", "Not ours"]},
    ),
    delete_reason: (
        lambda s, w: delete_reason(s, w.reason.id, actor=w.root),
        "reason.delete", "reason", "Off topic", {"text": ["Not about us", None]},
    ),
    **PRIVILEGED_IN_CREW,
    **PRIVILEGED_ON_FEDERATION,
    **PRIVILEGED_ON_SITE,
    **PRIVILEGED_ON_TALKS,
}  # fmt: skip


def operation_name(operation):
    return operation.__name__


def test_every_operation_with_an_actor_is_in_the_table():
    """Every operation with an actor is in the table above and therefore tested for its entry."""
    found = {
        function
        for module in walk_packages(operations.__path__, "joindin.operations.")
        for name, function in inspect.getmembers(import_module(module.name), inspect.isfunction)
        if function.__module__ == module.name and not name.startswith("_") and function not in HELPERS
        if any(actor in inspect.signature(function).parameters for actor in ACTORS)
    }

    assert sorted(map(operation_name, found - PRIVILEGED.keys())) == []
    assert PRIVILEGED.keys() - found == {claim_talk}


@pytest.mark.parametrize("operation", PRIVILEGED, ids=operation_name)
def test_a_privileged_operation_is_logged(session, operation):
    sample_data = SampleData(session)
    do, action, kind, name, changes = PRIVILEGED[operation]

    do(session, sample_data)

    entry = newest(session, AuditEntry)
    assert (entry.actor_id, entry.actor_name) == (sample_data.root.id, "root")
    subject_name = name(sample_data) if callable(name) else name
    assert (entry.action, entry.subject_type, entry.subject_name) == (action, kind, subject_name)
    assert entry.changes == (changes(sample_data) if callable(changes) else changes)
    assert "long enough" not in str(entry.changes)
    assert (entry.surface, entry.ip_address) == ("shell", None)


def test_a_decision_about_a_talk_comment_is_logged_with_its_own_action(session):
    sample_data = SampleData(session)

    resolve_comment_reports(session, sample_data.talk_comment, decider=sample_data.root, decision="denied", now=NOW)

    entry = newest(session, AuditEntry)
    assert (entry.action, entry.subject_type, entry.subject_id) == (
        "talk_comment.show", "talk_comment", sample_data.talk_comment.id
    )  # fmt: skip


def test_operations_on_credentials_are_logged(session):
    ada = make_user(session, "ada")
    add_authenticator_of(session, ada)

    add_client(session, name="Doors", key="doors", secret="quite secret", is_service=True, now=NOW)
    remove_authenticator(session, ada)

    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    assert [(row.action, row.actor_name, row.subject_type, row.subject_name, row.changes) for row in rows] == [
        ("application.create", None, "application", "Doors", {"service": [False, True]}),
        ("user.remove_factor", "ada", "user", "ada", {"factor": ["the app that shows codes", None]}),
    ]


def test_an_entry_outlives_its_actor_and_its_subject_without_their_names(session):
    root, other = make_user(session, "root", is_admin=True), make_user(session, "other", is_admin=True)
    group = create_group(session, "Kitchen", actor=other, now=NOW)
    delete_group(session, group.id, actor=other)

    other_id = other.id

    delete_user(session, other_id, actor=other)

    session.expire_all()
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    assert [(entry.action, entry.actor_id, entry.actor_name, entry.subject_name) for entry in rows] == [
        ("group.create", None, f"deleted account {other_id}", "Kitchen"),
        ("group.delete", None, f"deleted account {other_id}", "Kitchen"),
        ("user.delete", None, f"deleted account {other_id}", f"deleted account {other_id}"),
    ]
    assert root.is_admin


def add_entry(session, **fields):
    entry = AuditEntry(
        **{
            "occurred_at": NOW,
            "action": "user.trust",
            "subject_type": "user",
            "surface": "web",
            "changes": {},
            **fields,
        }
    )
    session.add(entry)
    session.flush()
    return entry


def test_old_addresses_are_anonymised_and_older_entries_purged(session):
    def days(number):
        return NOW - dt.timedelta(days=number)

    settings = {"AUDIT_DAYS": 100, "AUDIT_ADDRESS_DAYS": 30}
    fresh = add_entry(session, occurred_at=days(29), ip_address="192.0.2.17")
    old = [
        add_entry(session, occurred_at=days(31), ip_address=address)
        for address in ("192.0.2.17", "2001:db8:1:2::3", "odd", None)
    ]
    add_entry(session, occurred_at=days(101))

    for _ in range(2):
        purge_audit_log(session, settings, NOW)

    session.expire_all()
    assert fresh.ip_address == "192.0.2.17"
    assert [entry.ip_address for entry in old] == ["192.0.2.0/24", "2001:db8:1::/48", None, None]
    assert session.scalars(select(AuditEntry.id).order_by(AuditEntry.id)).all() == [
        fresh.id,
        *(entry.id for entry in old),
    ]


def test_nothing_is_purged_if_the_settings_say_so(session):
    entry = add_entry(session, occurred_at=NOW - dt.timedelta(days=9999), ip_address="192.0.2.17")

    purge_audit_log(session, {"AUDIT_DAYS": 0, "AUDIT_ADDRESS_DAYS": 0}, NOW)

    session.expire_all()
    assert entry.ip_address == "192.0.2.17"


def test_the_log_is_listed_slice_by_slice(session, count_statements):
    root = make_user(session, "root")
    ids = [add_entry(session, actor_id=root.id).id for _ in range(5)]
    session.expunge_all()

    slices, before, statements = [], None, []
    while True:
        with count_statements() as seen:
            found = list_audit_entries(session, AuditFilter(before=before), 2)
        statements.append(len(seen))
        slices.append([(entry.id, entry.actor.username) for entry in found.entries])
        before = found.next_before
        if before is None:
            break

    assert [[id_ for id_, _ in each] for each in slices] == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]
    assert statements == [1, 1, 1]


def test_all_filters_have_to_match(session):
    root = make_user(session, "root")
    add_entry(session)
    add_entry(session, action="group.create", subject_type="group", subject_id=7, actor_id=root.id)
    hit = add_entry(session, subject_id=7, actor_id=root.id, occurred_at=NOW - dt.timedelta(days=3))
    add_entry(session, subject_id=8, actor_id=root.id, occurred_at=NOW - dt.timedelta(days=9))

    def ids(**fields):
        return [entry.id for entry in list_audit_entries(session, AuditFilter(**fields)).entries]

    everything = {
        "actor_id": root.id, "action": "user.", "subject_type": "user", "subject_id": 7,
        "since": NOW - dt.timedelta(days=4), "until": NOW - dt.timedelta(days=2),
    }  # fmt: skip
    assert ids(**everything) == [hit.id]
    assert (len(ids(action="user.")), len(ids(action="user.trust")), len(ids(action="user"))) == (3, 3, 0)
    assert (len(ids(actor_id=root.id)), len(ids(subject_id=7)), len(ids(subject_type="group"))) == (3, 2, 1)
    assert (len(ids(since=NOW)), len(ids(until=NOW))) == (2, 2)
