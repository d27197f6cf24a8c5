"""Imported usernames that are the e-mail address of another user. At sign-in such a name would mean two accounts."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import aliased

from joindin.imports.joindin.records import ImportContext
from joindin.imports.joindin.uniqueness import MAX_BASE_LENGTH
from joindin.imports.report import REPAIRED
from joindin.models import User
from joindin.queries.accounts.users import is_username_taken

USER_TABLE = "user"


def rename_address_usernames(context: ImportContext) -> None:
    """Give these users another username, whichever of the two accounts came first; report each."""
    session, owner = context.session, aliased(User)
    namesakes = (
        select(User, owner.id)
        .join(owner, owner.email_key == User.username_key)
        .where(owner.id != User.id)
        .order_by(User.id)
    )
    for user, owner_id in session.execute(namesakes).all():
        old = user.username
        user.username = _free_name(session, user)
        reason = f"the username {old!r} is the address of user {owner_id}: it is {user.username!r} now"
        context.report.add_issue(USER_TABLE, user.id, reason)
        context.report.count(USER_TABLE, REPAIRED)
        session.flush()


def _free_name(session, user):
    base = f"{user.username.replace('@', '.')[:MAX_BASE_LENGTH]}-{user.id}"
    return f"{base}-{secrets.token_hex(4)}" if is_username_taken(session, base, except_id=user.id) else base
