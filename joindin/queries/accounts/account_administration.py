"""Accounts as admins see them: also inactive ones, with all fields."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import bindparam, exists, false, func, or_, select, true

from joindin.errors import NotFound
from joindin.models import (
    AccessToken,
    Event,
    EventComment,
    EventCommentReport,
    EventHost,
    MailOptOut,
    TalkComment,
    TalkCommentReport,
    TalkSpeaker,
    User,
)
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.paging import Page, Paging, paginate
from joindin.utils.email_addresses import normalize_email
from joindin.utils.text import MAX_SEARCH_PATTERN_LENGTH, fold_case_accents

# The states by which accounts can be filtered.
STATES = {
    "admin": User.is_admin == true(),
    "editor": User.is_editor == true(),
    "trusted": User.is_trusted == true(),
    "deactivated": User.is_active == false(),
    "unverified": User.is_verified == false(),
}


_IS_SILENCED = exists().where(MailOptOut.user_id == User.id, MailOptOut.topic == "approval")
_AGENDA_COLUMNS = select(
    *(User.id, User.username, User.email, User.registration_note, User.is_admin, User.is_editor, User.is_active),
    *(User.is_verified, User.registered_at, (~_IS_SILENCED).label("is_notified")),
)
_AGENDA_ACCOUNTS = CompiledStatement(_AGENDA_COLUMNS.order_by(User.id.desc()))
_AGENDA_ACCOUNT = CompiledStatement(_AGENDA_COLUMNS.where(User.id == bindparam("user_id")))


@dataclass(frozen=True)
class AccountHistory:
    """The numbers of what a user has done here."""

    hosted: int
    waiting: int
    rejected: int
    talks: int
    event_comments: int
    talk_comments: int
    hidden: int
    reported: int
    last_used_at: dt.datetime | None


def find_account(session, user_id: int) -> User:
    """Return any account, active or not; :raises NotFound: if there is none."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("User not found")
    return user


def list_accounts(session, paging: Paging, *, keyword: str = "", state: str = "") -> Page:
    """List accounts, newest first. ``keyword`` is searched in names and addresses; ``state`` is one of STATES."""
    conditions = [STATES[state]] if state in STATES else []
    if keyword:
        name, address = fold_case_accents(keyword), normalize_email(keyword)
        parts = {User.username_key: name, User.full_name_key: name, User.email: keyword, User.email_key: address}
        conditions.append(
            or_(*[column.contains(part[:MAX_SEARCH_PATTERN_LENGTH], autoescape=True) for column, part in parts.items()])
        )
    return paginate(session, select(User).where(*conditions).order_by(User.id.desc()), paging)


def list_agenda_accounts(connection) -> list:
    """Return all accounts as rows, newest first, with ``is_notified`` (of what waits for approval)."""
    return connection.execute(_AGENDA_ACCOUNTS).all()


def find_agenda_account(connection, user_id: int):
    """Return the account as such a row; :raises NotFound: if there is none."""
    row = connection.execute(_AGENDA_ACCOUNT, {"user_id": user_id}).first()
    if row is None:
        raise NotFound("User not found!")
    return row


def get_account_history(session, user_id: int) -> AccountHistory:
    """Collect the history in one statement."""
    hosted = select(func.count()).select_from(EventHost).join(Event, Event.id == EventHost.event_id)
    hosted = hosted.where(EventHost.user_id == user_id)
    by_event = select(func.count()).select_from(EventComment).where(EventComment.user_id == user_id)
    by_talk = select(func.count()).select_from(TalkComment).where(TalkComment.user_id == user_id)
    rejected = (Event.is_pending == false(), Event.is_active == false())
    counts = {
        "hosted": hosted,
        "waiting": hosted.where(Event.is_pending == true()),
        "rejected": hosted.where(*rejected),
        "talks": select(func.count()).select_from(TalkSpeaker).where(TalkSpeaker.user_id == user_id),
        "event_comments": by_event,
        "talk_comments": by_talk,
    }
    hidden = [each.scalar_subquery() for each in _hidden(by_event, by_talk)]
    reported = [_reported_by(kind, user_id).scalar_subquery() for kind in (EventCommentReport, TalkCommentReport)]
    last_used_at = select(func.max(AccessToken.last_used_at)).where(AccessToken.user_id == user_id).scalar_subquery()
    row = session.execute(
        select(
            *[count.scalar_subquery().label(name) for name, count in counts.items()],
            (hidden[0] + hidden[1]).label("hidden"),
            (reported[0] + reported[1]).label("reported"),
            last_used_at.label("last_used_at"),
        )
    ).one()
    return AccountHistory(**row._mapping)


def _hidden(by_event, by_talk):
    yield by_event.where(EventComment.is_hidden == true())
    yield by_talk.where(TalkComment.is_hidden == true())


def _reported_by(kind, user_id):
    return select(func.count()).select_from(kind).where(kind.reporter_id == user_id)
