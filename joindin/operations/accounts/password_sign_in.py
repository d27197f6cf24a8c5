"""Signing in with a password, for whichever surface asks for one."""

from sqlalchemy import update

from joindin.models import User
from joindin.queries.accounts.users import get_user_by_login
from joindin.security.passwords import check_password, hash_password, needs_rehash


def authenticate_password(session, name: str, password: str) -> User | None:
    """Whoever has that username or address and that password; None for all others, after the same time.

    Whether they are verified and active is for the caller to look at. A hash of old is made anew.
    """
    user = get_user_by_login(session, name)
    if not check_password(password, user.password_hash if user else None):
        return None
    if needs_rehash(user.password_hash):
        rehash_password(session, user, password)
    return user


def rehash_password(session, user: User, password: str) -> None:
    # Only over the hash that matched: the person may have chosen a new password meanwhile.
    session.execute(
        update(User)
        .where(User.id == user.id, User.password_hash == user.password_hash)
        .values(password_hash=hash_password(password))
        .execution_options(synchronize_session=False)
    )
