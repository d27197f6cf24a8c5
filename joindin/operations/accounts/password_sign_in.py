"""Password checks, shared by the web site, the API and OAuth."""

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import set_committed_value

from joindin.db.locking import begin_write
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
    """Return whether the password is the user's, and replace a hash of an old kind. Without a user it takes as long.

    A user with that password is locked until the transaction ends: a reset that ends all access waits for the session
    or the token of this sign-in, and ends it too.
    """
    if not check_password(password, user.password_hash if user else None):
        return False
    # Before the lock, because hashing is slow.
    is_outdated = needs_rehash(user.password_hash) or matches_as_typed_only(password, user.password_hash)
    new_hash = hash_password(password) if is_outdated else None
    begin_write(session)
    # Not shared: a sign-in locks the user for update later, and two that shared the lock would wait for each other.
    current_hash = session.scalar(select(User.password_hash).where(User.id == user.id).with_for_update())
    if current_hash != user.password_hash:
        # Another sign-in has replaced the hash meanwhile, or the user has chosen another password.
        set_committed_value(user, "password_hash", current_hash)
        return check_password(password, current_hash)
    if new_hash:
        rehash = update(User).where(User.id == user.id).values(password_hash=new_hash)
        session.execute(rehash.execution_options(synchronize_session=False))
        # The rest of the sign-in compares the hash with the stored one.
        set_committed_value(user, "password_hash", new_hash)
    return True
