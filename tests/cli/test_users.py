"""``joindin users``: accounts, on an operator's word."""

import threading

import pytest
from sqlalchemy import select

from joindin.errors import Conflict
from joindin.extensions import db
from joindin.models import AccessToken, AuditEntry, Authenticator, BrowserSession, EmailVerification, Mail, User
from joindin.operations.accounts.roles import set_roles
from joindin.operations.accounts.second_factors import make_recovery_codes
from joindin.queries.accounts.second_factors import count_recovery_codes, has_second_factor
from joindin.security.password_strength import MSG_PASSWORD_INVISIBLE
from joindin.security.passwords import check_password
from joindin.utils.datetimes import utc_now
from joindin.utils.usernames import MSG_FORBIDDEN_CHARACTERS, MSG_NO_NAME, MSG_RESERVED_SIGNS
from tests.browser_client import make_user_with_password
from tests.factories import NOW, make_client, make_group, make_user, newest

CREATE = ("users", "create", "maria", "--email", "maria@example.org")


def test_create_makes_a_verified_account_and_sends_no_mail(run, session):
    make_user(session, "first")

    reply = run(*CREATE, "--password", "correct horse")

    maria = newest(session, User)
    assert (reply.exit_code, reply.output) == (0, f"Created the account maria (id {maria.id}).\n")
    assert (maria.username, maria.email, maria.full_name) == ("maria", "maria@example.org", "maria")
    assert (maria.is_verified, maria.is_active, maria.is_admin, maria.is_trusted) == (True, True, False, False)
    assert maria.password_hash.startswith("$argon2id$")
    assert check_password("correct horse", maria.password_hash)
    assert abs((utc_now() - maria.registered_at).total_seconds()) < 60
    assert session.scalars(select(Mail)).all() == []


def test_create_gives_a_name_and_rights(run, session):
    reply = run(*CREATE, "--password", "correct horse", "--name", "María Sol", "--admin", "--trusted")

    maria = newest(session, User)
    assert (reply.exit_code, maria.full_name, maria.is_admin, maria.is_trusted) == (0, "María Sol", True, True)


def test_the_first_account_is_an_admin(run, session):
    reply = run(*CREATE, "--password", "correct horse")

    maria = newest(session, User)
    assert (reply.exit_code, maria.is_admin) == (0, True)
    assert reply.output.splitlines()[1] == "It is the first account and therefore an admin."


def test_an_unverified_account_gets_a_token_by_mail(run, session):
    make_user(session, "first")

    reply = run(*CREATE, "--password", "correct horse", "--unverified")

    maria = newest(session, User)
    mail = session.scalar(select(Mail))
    assert (reply.exit_code, maria.is_verified) == (0, False)
    assert reply.output.splitlines()[1] == "A verification token is mailed to maria@example.org."
    assert (mail.kind, mail.recipient, list(mail.context)) == ("verification", "maria@example.org", ["token"])
    assert session.scalars(select(EmailVerification.user_id)).all() == [maria.id]


def test_a_password_is_read_from_standard_input(run, session):
    reply = run(*CREATE, "--password", "-", input="from a pipe\n")

    assert (reply.exit_code, check_password("from a pipe", newest(session, User).password_hash)) == (0, True)


def test_an_absent_password_is_asked_for_twice_and_not_shown(run, session):
    reply = run(*CREATE, input="correct horse\ncorrect horse\n")

    assert (reply.exit_code, check_password("correct horse", newest(session, User).password_hash)) == (0, True)
    assert "correct horse" not in reply.output


def test_a_password_repeated_wrongly_makes_no_account(run, session):
    reply = run(*CREATE, input="correct horse\nbattery staple\n")

    assert (reply.exit_code, session.scalars(select(User)).all()) == (1, [])


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["maria", "--email", "maria", "--password", "correct horse"], "A valid email address is required"),
        (["maria", "--email", "m..m@example.org", "--password", "correct horse"], "A valid email address is required"),
        (["maria", "--email", "märia@example.org", "--password", "correct horse"], "A valid email address is required"),
        (["m\u200b", "--email", "m@example.org", "--password", "correct horse"], MSG_FORBIDDEN_CHARACTERS),
        (["..", "--email", "m@example.org", "--password", "correct horse"], MSG_NO_NAME),
        (["m@n", "--email", "m@example.org", "--password", "correct horse"], MSG_RESERVED_SIGNS),
        (["maria", "--email", "m@example.org", "--password", "correct\u200b horse"], MSG_PASSWORD_INVISIBLE),
        (["maria", "--email", "m@example.org", "--password", "short"], "Passwords must be at least 10 characters long"),
        (
            ["<b>", "--email", "m@example.org", "--password", "correct horse"],
            "The username must have 1 to 100 characters",
        ),
        (
            ["m" * 101, "--email", "m@example.org", "--password", "correct horse", "--name", "M"],
            "The username must have 1 to 100 characters",
        ),
        (
            ["m", "--email", "m@example.org", "--password", "correct horse", "--name", "n" * 201],
            "The full name must have at most 200 characters",
        ),
        (
            ["m", "--email", "m", "--password", "short"],
            "A valid email address is required. Passwords must be at least 10 characters long",
        ),
    ],
)
def test_values_that_registration_refuses_are_refused(run, session, words, complaint):
    reply = run("users", "create", *words)

    assert (reply.exit_code, reply.stderr.splitlines()[-1]) == (2, f"Error: {complaint}")
    assert session.scalars(select(User)).all() == []


@pytest.mark.parametrize(
    ("username", "email", "complaint"),
    [
        ("MARÍA", "new@example.org", "The username 'maria' is already in use"),
        ("new", "Maria@Example.org", "The address maria@example.org is already associated with another account"),
    ],
)
def test_a_name_or_address_that_is_taken_is_a_conflict(run, session, username, email, complaint):
    make_user(session, username, email=email)

    reply = run(*CREATE, "--password", "correct horse")

    assert (reply.exit_code, reply.stderr) == (1, f"Error: {complaint}\n")
    assert session.scalars(select(User.username)).all() == [username]


def test_promote_and_demote(run, session):
    make_user(session, "root", is_admin=True)
    maria = make_user(session, "maria")

    promoted = run("users", "promote", "maria")
    was_admin = maria.is_admin
    demoted = run("users", "demote", "maria")

    assert (promoted.exit_code, promoted.output, was_admin) == (0, "maria is an admin.\n", True)
    assert (demoted.exit_code, demoted.output, maria.is_admin) == (0, "maria is no admin.\n", False)


def test_the_last_admin_is_not_demoted(run, session):
    root = make_user(session, "root", is_admin=True)
    make_user(session, "gone", is_admin=True, is_active=False)

    reply = run("users", "demote", "root")

    assert (reply.exit_code, root.is_admin) == (1, True)
    assert reply.stderr == "Error: root is the last admin. Promote another user first\n"


def test_of_two_admins_demoted_at_once_one_stays(app, session):
    ids = [make_user(session, name, is_admin=True).id for name in ("one", "two")]
    session.commit()
    barrier, refused = threading.Barrier(2), []

    def demote(user_id):
        with app.app_context():
            user = db.session.get(User, user_id)
            barrier.wait()
            try:
                set_roles(db.session, user.id, {"admin": False}, actor=None)
                db.session.commit()
            except Conflict:
                db.session.rollback()
                refused.append(user_id)

    threads = [threading.Thread(target=demote, args=[user_id]) for user_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert session.scalars(select(User.id).where(User.is_admin)).all() == refused
    assert len(refused) == 1


def test_trust_is_given_and_taken_back(run, session):
    maria = make_user(session, "maria")

    trusted = run("users", "trust", "maria")
    was_trusted = maria.is_trusted
    distrusted = run("users", "trust", "--not", "maria")

    assert (trusted.exit_code, trusted.output, was_trusted) == (0, "maria is trusted.\n", True)
    assert (distrusted.exit_code, distrusted.output, maria.is_trusted) == (0, "maria is not trusted.\n", False)


@pytest.mark.parametrize("command", ["promote", "demote", "trust"])
def test_an_unknown_name_is_refused(run, session, command):
    make_user(session, "somebody")

    reply = run("users", command, "nobody")

    assert (reply.exit_code, reply.stderr) == (1, "Error: There is no account 'nobody'\n")


@pytest.mark.parametrize(
    ("words", "column", "said"),
    [
        (["promote"], "is_admin", "maria is an admin."),
        (["edit"], "is_editor", "maria is an editor."),
        (["trust"], "is_trusted", "maria is trusted."),
        (["deactivate"], "is_active", "maria is deactivated."),
    ],
)
def test_changes_of_the_operator_are_logged_with_the_reason(run, session, words, column, said):
    make_user(session, "root", is_admin=True)
    maria = make_user(session, "maria")
    before = getattr(maria, column)

    reply = run("users", *words, "maria", "--reason", "asked by mail")
    again = run("users", *words, "maria")

    assert (reply.output, again.output, getattr(maria, column)) == (f"{said}\n", f"{said}\n", not before)
    (entry,) = session.scalars(select(AuditEntry)).all()
    assert (entry.actor_id, entry.actor_name, entry.surface, entry.ip_address) == (None, None, "shell", None)
    assert (entry.subject_type, entry.subject_id, entry.subject_name) == ("user", maria.id, "maria")
    assert entry.reason == "asked by mail"


def test_a_deactivated_account_is_reactivated(run, session):
    maria = make_user(session, "maria", is_active=False)

    reply = run("users", "activate", "maria")

    assert (reply.output, maria.is_active) == ("maria is active.\n", True)


def test_the_last_admin_is_not_deactivated(run, session):
    root = make_user(session, "root", is_admin=True)

    reply = run("users", "deactivate", "root")

    assert (reply.exit_code, root.is_active) == (1, True)
    assert reply.stderr == "Error: root is the last admin. Promote another user first\n"


def test_show_tells_roles_and_groups(run, session):
    maria = make_user(session, "maria", is_editor=True)
    make_group(session, "Kitchen", members=[maria])
    make_group(session, "Stage")

    reply = run("users", "show", "maria")

    assert reply.output == f"maria (id {maria.id}): editor, active\nGroups: Kitchen\n"


def test_second_factors_that_were_lost_are_taken_away(run, session):
    maria = make_user(session, "maria", allows_password_only=True)
    session.add(Authenticator(user_id=maria.id, secret="sealed", created_at=utc_now(), last_step=0))
    make_recovery_codes(session, maria, now=utc_now())

    done = run("users", "reset-factors", "maria", "--reason", "lost her telephone")
    again = run("users", "reset-factors", "maria")

    assert (done.exit_code, done.output) == (0, "maria signs in with the password alone.\n")
    assert (again.exit_code, again.stderr) == (1, "Error: maria has no second factor\n")
    assert (has_second_factor(session, maria.id), count_recovery_codes(session, maria.id)) == (False, 0)
    assert maria.allows_password_only is False
    (entry,) = session.scalars(select(AuditEntry)).all()
    assert (entry.action, entry.actor_id, entry.surface, entry.subject_name, entry.reason) == (
        "user.reset_factors", None, "shell", "maria", "lost her telephone",
    )  # fmt: skip
    assert [(mail.kind, mail.recipient) for mail in session.scalars(select(Mail))] == [
        ("second_factor", "maria@example.org")
    ]


def test_a_password_that_is_easy_to_guess_is_refused(run, session):
    reply = run(*CREATE, "--password", "maria-2026")

    assert (reply.exit_code, session.scalars(select(User)).all()) == (2, [])
    assert "That password is easy to guess. Choose another" in reply.stderr


def test_set_password_ends_all_sessions_and_tells_the_owner(run, session):
    ann = make_user_with_password(session, "ann")
    client = make_client(session)
    session.add_all(
        [
            BrowserSession(
                user_id=ann.id, token_hash="a", created_at=NOW, authenticated_at=NOW, last_seen_at=NOW, expires_at=NOW
            ),
            AccessToken(user_id=ann.id, client_id=client.id, token_hash="b", created_at=NOW),
        ]
    )

    reply = run("users", "set-password", "ann", "--password", "-", input="correct horse battery\n")

    assert (reply.exit_code, reply.output) == (0, "ann has a new password. All sessions and tokens have ended.\n")
    assert check_password("correct horse battery", ann.password_hash)
    assert all(session.scalars(select(model.revoked_at)).one() for model in (BrowserSession, AccessToken))
    assert newest(session, Mail).kind == "password_changed"
    assert newest(session, AuditEntry).action == "user.set_password"


@pytest.mark.parametrize("password", ["short", "password12", "annannannann"])
def test_set_password_refuses_what_pages_refuse(run, session, password):
    ann = make_user_with_password(session, "ann")
    before = ann.password_hash

    reply = run("users", "set-password", "ann", "--password", password)

    assert (reply.exit_code, ann.password_hash) == (2, before)


def test_list_shows_accounts_by_state_and_text(run, session):
    make_user(session, "ann", email="ann@example.org", is_admin=True)
    make_user(session, "bob", email="bob@example.org", is_active=False)

    everyone = run("users", "list").output.splitlines()
    inactive, found = run("users", "list", "--state", "deactivated"), run("users", "list", "--search", "ann@")

    assert [line.split("\t")[1:] for line in everyone] == [
        ["bob", "bob@example.org", "deactivated"],
        ["ann", "ann@example.org", "admin, active"],
    ]
    assert [line.split("\t")[1] for line in inactive.output.splitlines()] == ["bob"]
    assert [line.split("\t")[1] for line in found.output.splitlines()] == ["ann"]


def test_list_says_that_it_is_empty(run, session):
    assert run("users", "list").stderr == "There are no such accounts.\n"


@pytest.mark.parametrize(("answer", "code", "is_kept"), [("y\n", 0, False), ("n\n", 1, True), ("", 1, True)])
def test_delete_asks_first(run, session, answer, code, is_kept):
    make_user(session, "root", is_admin=True)
    ann_id = make_user(session, "ann").id

    reply = run("users", "delete", "ann", input=answer)

    assert (reply.exit_code, session.get(User, ann_id) is not None) == (code, is_kept)


def test_the_last_admin_is_not_deleted(run, session):
    make_user(session, "root", is_admin=True)

    reply = run("users", "delete", "root", "--yes")

    assert (reply.exit_code, newest(session, User).username) == (1, "root")
