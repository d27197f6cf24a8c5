import datetime as dt

from sqlalchemy import delete, select

from joindin.jobs.cleanup import purge_departed, purge_expired, purge_outbox
from joindin.models import (
    AccessToken,
    BrowserSession,
    Departed,
    DepartedTalk,
    DepartedTalkReader,
    EmailChange,
    Grant,
    Mail,
    RateLimitCounter,
    RefreshToken,
    Registration,
    Talk,
)
from joindin.operations.accounts.oauth_grants import purge_expired_grants
from tests.factories import NOW, make_client, make_event, make_star, make_talk, make_user

MONTH = dt.timedelta(days=30)
SECOND = dt.timedelta(seconds=1)


def test_traces_of_removed_events_are_deleted_after_a_month(session):
    for _ in range(2):
        session.delete(make_event(session))
    session.flush()
    recent, old = session.scalars(select(Departed)).all()
    recent.gone_at, old.gone_at = NOW - MONTH, NOW - MONTH - SECOND
    session.flush()

    purge_departed(session, NOW)

    assert session.scalars(select(Departed.row_id)).all() == [recent.row_id]


def test_traces_of_removed_talks_are_deleted_after_a_month_with_their_readers(session):
    event = make_event(session)
    for talk in (make_talk(session, event), make_talk(session, event)):
        make_star(session, talk, make_user(session))
        session.flush()
        session.execute(delete(Talk).where(Talk.id == talk.id))
    recent, old = session.scalars(select(DepartedTalk)).all()
    recent.gone_at, old.gone_at = NOW - MONTH, NOW - MONTH - SECOND
    session.flush()

    purge_departed(session, NOW)

    for column in (DepartedTalk.talk_id, DepartedTalkReader.talk_id):
        assert session.scalars(select(column)).all() == [recent.talk_id]


def test_sent_mails_are_deleted_after_a_month(session):
    old, older = NOW - MONTH, NOW - MONTH - SECOND
    for name, created_at, due_at, sent_at in (
        ("sent long ago", older, None, older),
        ("sent a month ago", older, None, old),
        ("given up long ago", older, None, None),
        ("given up a month ago", old, None, None),
        ("waits since long", older, older, None),
    ):
        session.add(Mail(kind=name, recipient="a@example.org", created_at=created_at, due_at=due_at, sent_at=sent_at))

    removed = purge_outbox(session, NOW)

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
        times = {"created_at": NOW, "authenticated_at": NOW, "last_seen_at": NOW}
        session.add(
            BrowserSession(
                token_hash=name, user_id=user.id, expires_at=expires_at, revoked_at=revoked_at, user_agent=name, **times
            )
        )
    for name, age in (("young", 0), ("old", 4)):
        common = {"token_hash": name, "created_at": NOW - age * day}
        session.add(Registration(username=name, full_name="", email="", password_hash="", **common))
        session.add(EmailChange(user_id=user.id, email=name, **common))
        session.add(RateLimitCounter(key=name, count=1, ends_at=NOW - age * day + dt.timedelta(minutes=1)))

    purge_expired(session, app.config, NOW)

    assert session.scalars(select(BrowserSession.user_agent).order_by(BrowserSession.id)).all() == [
        "live",
        "ended lately",
    ]
    assert session.scalars(select(Registration.username)).all() == ["young"]
    assert session.scalars(select(EmailChange.email)).all() == ["young"]
    assert session.scalars(select(RateLimitCounter.key)).all() == ["young"]


def test_tokens_are_forgotten_a_month_after_they_ended_and_grants_with_their_last(session):
    user, client, old = make_user(session), make_client(session), NOW - MONTH - SECOND
    grants = {}
    for name in ("lapsed", "lives", "renews", "revoked", "new"):
        made = NOW if name == "new" else old
        grants[name] = Grant(user_id=user.id, client_id=client.id, scopes="ME_READ", created_at=made)
        session.add(grants[name])
    grants["revoked"].revoked_at = old
    session.flush()
    for name, grant, ended in (
        ("lapsed", "lapsed", {"expires_at": old}),
        ("taken back", None, {"revoked_at": old}),
        ("lapsed lately", None, {"expires_at": NOW - MONTH}),
        ("for ever", "lives", {}),
        ("of a revoked grant", "revoked", {}),
    ):
        id_ = grants[grant].id if grant else None
        session.add(
            AccessToken(description=name, token_hash=name, user_id=user.id, grant_id=id_, created_at=old, **ended)
        )
    for name, expires_at in (("lapsed", old), ("renews", NOW)):
        session.add(RefreshToken(token_hash=name, grant_id=grants[name].id, created_at=old, expires_at=expires_at))
    session.flush()

    purge_expired_grants(session, NOW - MONTH)

    left = session.scalars(select(AccessToken.description).order_by(AccessToken.id)).all()
    assert left == ["lapsed lately", "for ever"]
    assert session.scalars(select(RefreshToken.token_hash)).all() == ["renews"]
    kept = set(session.scalars(select(Grant.id)))
    assert {name for name, grant in grants.items() if grant.id in kept} == {"lives", "renews", "new"}
