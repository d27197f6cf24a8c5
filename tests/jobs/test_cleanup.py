import datetime as dt

from sqlalchemy import select

from joindin.jobs.cleanup import clean_outbox, clean_up
from joindin.models import BrowserSession, EmailChange, Mail, Registration, Throttle
from tests.factories import NOW, make_user

MONTH = dt.timedelta(days=30)
SECOND = dt.timedelta(seconds=1)


def test_what_is_done_is_forgotten_after_a_month(session):
    old, older = NOW - MONTH, NOW - MONTH - SECOND
    for name, created_at, due_at, sent_at in (
        ("sent long ago", older, None, older),
        ("sent a month ago", older, None, old),
        ("given up long ago", older, None, None),
        ("given up a month ago", old, None, None),
        ("waits since long", older, older, None),
    ):
        session.add(Mail(kind=name, recipient="a@example.org", created_at=created_at, due_at=due_at, sent_at=sent_at))

    removed = clean_outbox(session, NOW)

    assert removed == 2
    assert session.scalars(select(Mail.kind).order_by(Mail.id)).all() == [
        "sent a month ago",
        "given up a month ago",
        "waits since long",
    ]


def test_accounts_leave_nothing_behind_that_is_over(session, app):
    user, day = make_user(session), dt.timedelta(days=1)
    for name, expires_at, revoked_at in (
        ("live", NOW + day, None),
        ("ended lately", NOW - day, NOW - day),
        ("ended long ago", NOW - MONTH - day, None),
        ("revoked long ago", NOW + day, NOW - MONTH - day),
    ):
        times = {"created_at": NOW, "proven_at": NOW, "last_seen_at": NOW}
        session.add(
            BrowserSession(
                token_hash=name, user_id=user.id, expires_at=expires_at, revoked_at=revoked_at, user_agent=name, **times
            )
        )
    for name, age in (("young", 0), ("old", 4)):
        common = {"token_hash": name, "created_at": NOW - age * day}
        session.add(Registration(username=name, full_name="", email="", password_hash="", **common))
        session.add(EmailChange(user_id=user.id, email=name, **common))
        session.add(Throttle(key=name, count=1, ends_at=NOW - age * day + dt.timedelta(minutes=1)))

    clean_up(session, app.config, NOW)

    assert session.scalars(select(BrowserSession.user_agent)).all() == ["live", "ended lately"]
    assert session.scalars(select(Registration.username)).all() == ["young"]
    assert session.scalars(select(EmailChange.email)).all() == ["young"]
    assert session.scalars(select(Throttle.key)).all() == ["young"]
