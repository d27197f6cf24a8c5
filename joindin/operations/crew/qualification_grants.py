"""Qualifications of users: granted, extended and withdrawn by those who may change the profile (``change_userprofile``)."""

import datetime as dt

from sqlalchemy import select

from joindin.db.locking import lock_row, retry_on_lock_timeout
from joindin.errors import Conflict, NotFound
from joindin.models import User
from joindin.models.crew import Qualification, QualificationGrant
from joindin.operations.audit import log_action
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.notifications.accounts import notify_profile_changed
from joindin.operations.crew.refusals import MSG_NO_CHOICE
from joindin.operations.crew.signup import MSG_BUSY
from joindin.operations.crew.waiting_list import fill_lists_of
from joindin.utils.datetimes import utc_now

MSG_NO_USER = "No UserProfile matches the given query."
MSG_NO_GRANT = "No QualificationGrant matches the given query."
# The refusals in which times are written are not shown.
UTC_NAME = "UTC"
MSG_EXTERNAL = "This qualification comes from the identity provider. Change it there."


def grant_qualification(
    session, user_id: int, qualification_id: int, *, expires_at: dt.datetime | None, actor: User
) -> QualificationGrant:
    """Grant a qualification, or replace the expiry of one that the user has. None is without end.

    A free place for which the user waits may be given to them.

    :raises NotFound: if there is no such user.
    :raises InvalidCrewField: if there is no such qualification.
    :raises Conflict: if an identity provider manages it, or the locks are not free in time.
    """

    def grant():
        stored = _grant(session, user_id, qualification_id, expires_at, actor)
        fill_lists_of(session, [user_id], now=utc_now(), timezone=UTC_NAME)
        return stored

    return retry_on_lock_timeout(session, grant, message=MSG_BUSY)


def _grant(session, user_id, qualification_id, expires_at, actor):
    user = _lock_user(session, user_id)
    qualification = session.get(Qualification, qualification_id)
    if qualification is None:
        raise InvalidCrewField("qualification", MSG_NO_CHOICE)
    grant = _find_grant(session, user_id, qualification_id)
    before = grant and grant.expires_at
    if grant is None:
        grant = QualificationGrant(user_id=user_id, qualification_id=qualification_id)
        session.add(grant)
    elif before == expires_at:
        return grant
    grant.expires_at = expires_at
    session.flush()
    changes = {"qualification": [None, qualification.title], "expires": [_day(before), _day(expires_at)]}
    log_action(session, "user.grant_qualification", user, actor=actor, changes=changes)
    notify_profile_changed(session, user_id, actor_id=actor.id)
    return grant


def withdraw_qualification(session, user_id: int, qualification_id: int, *, actor: User) -> None:
    """Delete the grant. Participations stay.

    :raises NotFound: if there is no such user, or the user does not have the qualification.
    :raises Conflict: if an identity provider manages it.
    """
    user = _lock_user(session, user_id)
    grant = _find_grant(session, user_id, qualification_id)
    if grant is None:
        raise NotFound(MSG_NO_GRANT)
    title = session.get_one(Qualification, qualification_id).title
    session.delete(grant)
    session.flush()
    log_action(session, "user.withdraw_qualification", user, actor=actor, changes={"qualification": [title, None]})
    notify_profile_changed(session, user_id, actor_id=actor.id)


def _lock_user(session, user_id):
    user = lock_row(session, User, user_id)
    if user is None:
        raise NotFound(MSG_NO_USER)
    return user


def _find_grant(session, user_id, qualification_id):
    grant = session.scalar(select(QualificationGrant).filter_by(user_id=user_id, qualification_id=qualification_id))
    if grant is not None and grant.is_externally_managed:
        raise Conflict(MSG_EXTERNAL)
    return grant


def _day(time):
    return time and time.date().isoformat()
