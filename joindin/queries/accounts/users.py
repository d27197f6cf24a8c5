"""Users. Lists contain active users only."""

from sqlalchemy import and_, bindparam, case, or_, select, text, true

from joindin.db.dialects import dialect_of
from joindin.errors import NotFound
from joindin.models import EventHost, User
from joindin.performance.caching.query_cache import CHANGE_COUNTER, cached_count, peek_count
from joindin.performance.read_models.bucket_counts import seek_rank_sql, total_count_sql
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.reader import batched
from joindin.queries.event_visibility import check_access_to_page
from joindin.queries.keyed_lists import KeyedList
from joindin.queries.paging import Page, Paging
from joindin.queries.search_patterns import like_param, literal_pattern, trigram_match
from joindin.utils.email_addresses import normalize_email
from joindin.utils.text import fold_case_accents
from joindin.utils.usernames import lookalike_key
from joindin.viewer import UserSnapshot

# Pages with a larger offset are found by the bucket counts.
OFFSET_SCAN_LIMIT = 200
# The number of ids that are counted together.
BLOCK_SIZE = 256

ACTIVE = User.is_active == true()

# The condition of every session and token of a user.
MAY_SIGN_IN = and_(ACTIVE, User.is_verified == true())


def find_user(session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None or not user.is_active:
        raise NotFound("User not found")
    return user


def get_user_by_username(session, username: str) -> User | None:
    """Return the user with that name in any case and accent, active or not; None if there is none."""
    return session.scalar(select(User).where(User.username_key == fold_case_accents(username)))


def is_username_taken(session, username: str, *, except_id: int | None = None) -> bool:
    """Whether an account, other than ``except_id``, has that name or one that looks the same."""
    similar = or_(User.username_key == fold_case_accents(username), User.lookalike_key == lookalike_key(username))
    return any(user_id != except_id for user_id in session.scalars(select(User.id).where(similar)))


def get_user_by_email(session, email: str) -> User | None:
    """Return the user with that address in any spelling, active or not; None if there is none."""
    return session.scalar(select(User).where(User.email_key == normalize_email(email)))


def is_email_taken(session, email: str, *, except_id: int | None = None) -> bool:
    """Whether an account, other than ``except_id``, has that address, or a username of old data that looks like it."""
    same = or_(User.email_key == normalize_email(email), User.username_key == fold_case_accents(email))
    return any(user_id != except_id for user_id in session.scalars(select(User.id).where(same)))


def get_user_by_login(session, name: str) -> User | None:
    """Return the user with that address or, if there is none, with that username, which may look like an address.

    One statement in all cases, so that the time does not reveal which of them it was.
    """
    email_key = normalize_email(name)
    named = or_(User.email_key == email_key, User.username_key == fold_case_accents(name))
    return session.scalar(select(User).where(named).order_by(case((User.email_key == email_key, 0), else_=1)).limit(1))


def has_users(session) -> bool:
    return session.scalar(select(User.id).limit(1)) is not None


def find_user_key(connection, user_id: int):
    """Return the key of an active user; :raises NotFound: if there is none."""
    return _found(connection.execute(_KEY, {"id": user_id}), "User not found")


def find_user_key_by_name(connection, username: str):
    """Return the key of an active user by a name in any case and accent; :raises NotFound: if there is none."""
    return _found(connection.execute(_KEY_BY_NAME, {"name": fold_case_accents(username)}), "Username not found")


def list_users(connection, paging: Paging, keyword: str | None = None) -> Page:
    """List the keys of all users by id, or of those with ``keyword`` in a name, by full name."""
    if keyword is None:
        return _list_everybody(connection, paging)
    values = {"part": literal_pattern(keyword)}
    counting, found = _COUNT_NAMED, _NAMED
    if not dialect_of(connection).plans_text_searches and (match := trigram_match(values["part"])) is not None:
        values["match"] = match
        counting = _COUNT_LOOKED_UP
        number = peek_count(connection, counting, values)
        if number is None:
            number = cached_count(connection, counting, values)
        found = _LOOKED_UP if number <= RARE_MATCH_LIMIT else _NAMED
    page = found.page(connection, paging, **values)
    changes = page.items[0].changes if page.items else None
    return Page(page.items, cached_count(connection, counting, values, changes), paging)


def list_attendees(connection, event_id: int, paging: Paging, viewer: UserSnapshot | None = None) -> Page:
    """List the keys of an event's attendees by id. The total is the number of all less the few inactive ones.

    :raises NotFound: if the viewer may not see the event.
    """
    page = _ATTENDEES.page(connection, paging, event_id=event_id)
    check_access_to_page(connection, page, event_id, viewer)
    return page


def _found(rows, refusal):
    key = rows.first()
    if key is None:
        raise NotFound(refusal)
    return key


def _list_everybody(connection, paging):
    if paging.offset <= OFFSET_SCAN_LIMIT:
        return _EVERYBODY.page(connection, paging)
    # A bucket is a block of ids.
    found = connection.execute(_SEEK, {"offset": paging.offset}).one()
    if found.bucket is None:
        return Page([], found.total, paging)
    values = {"first": found.bucket * BLOCK_SIZE, "size": paging.limit, "offset": int(found.rank - found.before)}
    return Page(connection.execute(_FAR, values).all(), found.total, paging)


# The number of matches up to which they are looked up in the index and then sorted.
RARE_MATCH_LIMIT = 1000

_COLUMNS = "users.id, users.version"
_KEY = CompiledStatement(text(f"SELECT {_COLUMNS} FROM users WHERE id = :id AND is_active"))
_KEY_BY_NAME = CompiledStatement(text(f"SELECT {_COLUMNS} FROM users WHERE username_key = :name AND is_active"))

_PLACE = seek_rank_sql("'users'", "CAST(:offset AS integer)")
_ALL = total_count_sql("'users'")
_EVERYBODY = KeyedList(f"SELECT {_COLUMNS}, {_ALL} AS total FROM users WHERE is_active ORDER BY id {{slice}}", _ALL)
_SEEK = CompiledStatement(text(f"SELECT found.*, {_ALL} AS total FROM ({_PLACE}) found"))
_FAR = CompiledStatement(
    text(f"SELECT {_COLUMNS} FROM users WHERE is_active AND id >= :first ORDER BY id LIMIT :size OFFSET :offset")
)

# The three names in three lines, as they are indexed together; then each alone.
NAMES_SQL = """(users.username_key || '\n' || coalesce(users.full_name_key, '') || '\n'
    || lower(coalesce(users.twitter_username, '')))"""
_PART = like_param("part")
_WITH_NAME = f"""users WHERE users.is_active AND ({NAMES_SQL} LIKE {_PART}
    AND (users.username_key LIKE {_PART} OR users.full_name_key LIKE {_PART}
    OR lower(users.twitter_username) LIKE {_PART}))"""
_MATCHING = f"{_WITH_NAME} AND users.id IN (SELECT rowid FROM user_names WHERE user_names MATCH :match)"


def _by_full_name(found):
    """Return the list; its total is cached by the caller."""
    return KeyedList(
        f"""SELECT {_COLUMNS}, 0 AS total, {CHANGE_COUNTER} AS changes FROM {found}
            ORDER BY users.full_name_key, users.id {{slice}}""",
        "0",
    )


_NAMED, _LOOKED_UP = _by_full_name(_WITH_NAME), _by_full_name(_MATCHING)
_COUNT_NAMED = CompiledStatement(text(f"SELECT count(*), {CHANGE_COUNTER} FROM {_WITH_NAME}"))
_COUNT_LOOKED_UP = CompiledStatement(text(f"SELECT count(*), {CHANGE_COUNTER} FROM {_MATCHING}"))

_COUNT_ATTENDEES = """((SELECT count(*) FROM attendances WHERE event_id = :event_id)
    - (SELECT count(*) FROM users JOIN attendances ON attendances.user_id = users.id
        WHERE users.is_active = false AND attendances.event_id = :event_id))"""
_ATTENDEES = KeyedList(
    f"""SELECT {_COLUMNS}, {_COUNT_ATTENDEES} AS total,
            (SELECT is_visible FROM events WHERE id = :event_id) AS is_visible
        FROM attendances JOIN users ON users.id = attendances.user_id
        WHERE attendances.event_id = :event_id AND users.is_active ORDER BY attendances.user_id {{slice}}""",
    _COUNT_ATTENDEES,
)


def list_admins(session) -> list[User]:
    """Return the active admins, who are notified of new events."""
    return session.scalars(select(User).where(User.is_admin == true(), ACTIVE).order_by(User.id)).all()


def list_reviewers(session) -> list[User]:
    """Return the active admins and editors, who are notified of what waits for approval in the agenda."""
    reviewing = or_(User.is_admin == true(), User.is_editor == true())
    return session.scalars(select(User).where(reviewing, ACTIVE).order_by(User.id)).all()


def list_hosts_to_notify(session, event_id: int) -> list[User]:
    """Return the hosts of an event, who are notified of what happens to it."""
    hosting = User.id.in_(select(EventHost.user_id).where(EventHost.event_id == event_id))
    return session.scalars(select(User).where(hosting).order_by(User.id)).all()


def load_user_records(connection, user_ids) -> dict[int, tuple]:
    """Return the users by id as plain rows with all columns that representations read, one statement a batch."""
    return {user.id: user for ids in batched(user_ids) for user in connection.execute(_USERS, {"ids": ids})}


_USERS = CompiledStatement(
    select(
        *(User.id, User.version, User.username, User.full_name, User.twitter_username, User.biography, User.email),
        *(User.is_trusted, User.is_admin),
    ).where(User.id.in_(bindparam("ids", expanding=True)))
)
