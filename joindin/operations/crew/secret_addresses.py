"""Secret addresses of a user: of the calendar, and of the export of shifts. A new one replaces the old one.

Each opens one file and is no credential elsewhere. The database has hashes only.
"""

from sqlalchemy import or_, update

from joindin.db.locking import lock_row
from joindin.db.upserts import insert_or_ignore
from joindin.errors import Unauthenticated
from joindin.models import User
from joindin.models.crew import CrewProfile
from joindin.operations.audit import log_action
from joindin.security.tokens import hash_token, new_session_token
from joindin.utils.messages import TranslatableMessage
from joindin.viewer import UserSnapshot

CALENDAR, SHIFTS_EXPORT = "calendar", "shifts_export"
_COLUMNS = {CALENDAR: "calendar_token_hash", SHIFTS_EXPORT: "shifts_key_hash"}


def create_secret_address(session, kind: str, *, token: str | None = None, actor: User | UserSnapshot) -> str:
    """Return the token of a new address, random unless it is given; the old address is not found any more.

    :raises Unauthenticated: if the user was deleted.
    """
    token = token or new_session_token()
    _store(session, kind, hash_token(token), actor, "create")
    return token


def delete_secret_address(session, kind: str, *, actor: User | UserSnapshot) -> None:
    """:raises Unauthenticated: if the user was deleted."""
    _store(session, kind, None, actor, "delete")


def end_secret_addresses(session, user_id: int) -> list[TranslatableMessage]:
    """End all addresses of an account that another person may know. Return what ended."""
    profile = CrewProfile.__table__.c
    statement = update(CrewProfile).where(
        profile.user_id == user_id, or_(profile.calendar_token_hash.is_not(None), profile.shifts_key_hash.is_not(None))
    )
    ended = session.execute(
        statement.values(dict.fromkeys(_COLUMNS.values())).execution_options(synchronize_session="fetch")
    ).rowcount
    return [TranslatableMessage("the secret addresses of the calendar and of the shifts")] if ended else []


def _store(session, kind, token_hash, actor, verb):
    user = lock_row(session, User, actor.id)
    if user is None:
        raise Unauthenticated("You must be logged in")
    insert_or_ignore(session, CrewProfile, user_id=user.id)
    profile = session.get_one(CrewProfile, user.id)
    setattr(profile, _COLUMNS[kind], token_hash)
    session.flush()
    log_action(session, f"{kind}.{verb}", user, actor=actor)
