"""``joindin mail``."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models import Mail
from tests.factories import NOW


@pytest.fixture
def mails(session):
    """An abandoned mail, a waiting one and a sent one."""
    rows = {
        "abandoned": {"due_at": None, "attempts": 12, "last_error": "550 No such user"},
        "waiting": {"due_at": NOW + dt.timedelta(hours=1), "attempts": 3},
        "sent": {"due_at": None, "sent_at": NOW, "attempts": 1},
    }
    mails = {
        name: Mail(
            kind="password_reset", recipient=f"{name}@example.org", context={"token": "a"}, created_at=NOW, **row
        )
        for name, row in rows.items()
    }
    session.add_all(mails.values())
    session.commit()
    return mails


def state(session):
    session.expire_all()
    return {
        mail.recipient.partition("@")[0]: (mail.due_at, mail.attempts, mail.context)
        for mail in session.scalars(select(Mail))
    }


def test_list_shows_abandoned_mails_with_their_error(run, mails):
    reply = run("mail", "list")

    assert reply.output == (
        f"{mails['abandoned'].id}\t{NOW:%Y-%m-%d %H:%M}\tpassword_reset\tabandoned@example.org\t550 No such user\n"
    )


def test_list_says_that_it_is_empty(run, session):
    assert run("mail", "list").stderr == "There are no such mails.\n"


@pytest.mark.parametrize("is_all", [True, False])
def test_retry_makes_abandoned_mails_due_with_their_contents(run, session, mails, is_all):
    before = state(session)

    reply = run("mail", "retry", "--all" if is_all else str(mails["abandoned"].id))

    after = state(session)
    assert (reply.exit_code, reply.output) == (0, "1 mails are delivered by the job worker.\n")
    due_at, attempts, context = after.pop("abandoned")
    assert (due_at is not None, attempts, context) == (True, 0, {"token": "a"})
    assert after == {name: before[name] for name in ("waiting", "sent")}


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["--all", "1"], 2), (["999"], 1), (["x"], 2), (["0"], 2)])
def test_retry_of_nothing_fails(run, session, mails, arguments, code):
    before = state(session)

    reply = run("mail", "retry", *arguments)

    assert (reply.exit_code, state(session)) == (code, before)


def test_a_sent_mail_is_not_sent_again(run, session, mails):
    reply = run("mail", "retry", str(mails["sent"].id))

    assert (reply.exit_code, state(session)["sent"][0]) == (1, None)
