"""Keys of usernames that look alike, for accounts that are not written through the model."""

from sqlalchemy import bindparam, select, update

from joindin.models import User
from joindin.utils.usernames import lookalike_key


def set_lookalike_keys(session) -> None:
    """Set the keys of all accounts. Of several names that look alike only the oldest account's has the key."""
    stored = session.execute(select(User.id, User.username, User.lookalike_key).order_by(User.id)).all()
    owners = {}
    for user_id, username, _key in stored:
        owners.setdefault(lookalike_key(username), user_id)
    keys = {user_id: key for key, user_id in owners.items()}
    changes = [(user_id, keys.get(user_id)) for user_id, _name, key in stored if key != keys.get(user_id)]
    # Cleared first: a new key may be the old one of another account.
    for step in ([(user_id, None) for user_id, _key in changes], changes):
        if step:
            session.connection().execute(_SET_KEY, [{"user": user_id, "key": key} for user_id, key in step])


_users = User.__table__
_SET_KEY = update(_users).where(_users.c.id == bindparam("user")).values(lookalike_key=bindparam("key"))
