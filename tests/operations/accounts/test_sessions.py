"""Browser sessions."""

import datetime as dt

from joindin.models import BrowserSession
from joindin.operations.accounts.sessions import (
    create_browser_session,
    record_session_use,
    revoke_browser_sessions,
)
from tests.factories import NOW, make_user


def sign_in(session, user, user_agent="A browser"):
    created, _token = create_browser_session(
        session, user, ip_address=None, user_agent=user_agent, lifetime=dt.timedelta(days=1), now=NOW
    )
    return created


def test_the_use_of_one_session_is_recorded_at_most_once_a_minute(session):
    ann = make_user(session)
    used, other = sign_in(session, ann), sign_in(session, ann)
    times = [NOW + dt.timedelta(seconds=seconds) for seconds in (59, 60)]

    written = [record_session_use(session, used, now) for now in times]

    session.expire_all()
    assert (written, used.last_seen_at, other.last_seen_at) == ([False, True], times[1], NOW)


def test_a_long_user_agent_is_cut(session):
    created = sign_in(session, make_user(session), user_agent="x" * 1000)

    session.expire_all()
    assert session.get_one(BrowserSession, created.id).user_agent == "x" * 200


def test_signing_out_everywhere_keeps_the_named_session_and_other_users(session):
    ann, bob = make_user(session), make_user(session)
    kept, ended, others = sign_in(session, ann), sign_in(session, ann), sign_in(session, bob)

    revoke_browser_sessions(session, ann.id, now=NOW, kept_session=kept)

    session.expire_all()
    assert [each.revoked_at for each in (kept, ended, others)] == [None, NOW, None]
