"""Password checks, shared by the web site, the API and OAuth."""

from sqlalchemy import update

from joindin.models import User
from joindin.queries.accounts.users import get_user_by_login
from joindin.security.passwords import check_password, hash_password, matches_as_typed_only, needs_rehash


def authenticate_password(session, login: str, password: str) -> User | None:
    """Return the user with that username or address and that password, or None after the same time.

    The caller checks whether the user is verified and active.
    """
    user = get_user_by_login(session, login)
    return user if is_password_of(session, user, password) else None


def is_password_of(session, user: User | None, password: str) -> bool:
    """Return whether the password is the user's, and replace a hash of an old kind. Without a user it takes as long."""
    if not check_password(password, user.password_hash if user else None):
        return False
    if needs_rehash(user.password_hash) or matches_as_typed_only(password, user.password_hash):
        # Only over the hash that matched: the user may have chosen a new password meanwhile.
        session.execute(
            update(User)
            .where(User.id == user.id, User.password_hash == user.password_hash)
            .values(password_hash=hash_password(password))
            .execution_options(synchronize_session=False)
        )
    return True
