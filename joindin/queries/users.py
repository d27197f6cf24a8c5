"""Finding people. Only active ones are ever listed."""

from sqlalchemy import select, text, true

from joindin.errors import NotFound
from joindin.models import Attendance, EventHost, User
from joindin.queries.memory import CHANGES, remembered_count
from joindin.queries.paging import Page, Paging
from joindin.queries.patterns import literal_pattern, trigram_match
from joindin.queries.tallies import count_all, seek
from joindin.reading import Prepared
from joindin.text import fold

# Further in than that, the tallies are asked where a page begins.
NEAR = 200
# So many ids are counted together.
BLOCK = 256

ACTIVE = User.is_active == true()


def find_user(session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None or not user.is_active:
        raise NotFound("User not found")
    return user


def user_named(session, username: str) -> User | None:
    """Whoever goes by that name in any case and accent, active or not."""
    return session.scalar(select(User).where(User.username_key == fold(username)))


def user_with_email(session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email_key == fold(email)))


def user_called(session, name: str) -> User | None:
    """Whoever has that address; else whoever goes by that username, which may look like an address."""
    return user_with_email(session, name) or user_named(session, name)


def has_users(session) -> bool:
    """Whether anybody has an account."""
    return session.scalar(select(User.id).limit(1)) is not None


def list_users(session, paging: Paging, keyword: str | None = None) -> Page:
    """Everybody by id, or those with ``keyword`` in a name, by full name."""
    if keyword is None:
        return _list_everybody(session, paging)
    pattern = literal_pattern(keyword)
    match = trigram_match(pattern) if session.get_bind().dialect.name == "sqlite" else None
    counting = _COUNT_NAMED if match is None else _COUNT_LOOKED_UP
    total = remembered_count(session.connection(), counting, {"part": pattern, "match": match})
    rows = select(User).where(ACTIVE, _NAMED.bindparams(part=pattern)).order_by(User.full_name_key, User.id)
    if match is not None and total <= RARE:
        rows = rows.where(User.id.in_(_LOOKED_UP.bindparams(match=match)))
    return Page(session.scalars(paging.slice(rows)).all(), total, paging)


def _list_everybody(session, paging):
    rows = select(User).where(ACTIVE).order_by(User.id)
    start = paging.start or 0
    if paging.size == 0 or start <= NEAR:
        return Page(session.scalars(paging.slice(rows)).all(), session.connection().scalar(_COUNT), paging)
    # The tallies know in which block of ids the page begins.
    found = session.connection().execute(_SEEK, {"offset": start}).one()
    if found.place is None:
        return Page([], found.total, paging)
    near = Paging(int(found.rank - found.before), paging.size)
    rows = rows.where(User.id >= found.place * BLOCK)
    return Page(session.scalars(near.slice(rows)).all(), found.total, paging)


# No more than so many are looked up in no order, and put in order then.
RARE = 1000

_PLACE = seek("'users'", "CAST(:offset AS integer)")
_ALL = count_all("'users'")
_COUNT = Prepared(text(f"SELECT {_ALL}"))
_SEEK = Prepared(text(f"SELECT found.*, {_ALL} AS total FROM ({_PLACE}) found"))

# The three names in three lines, as they are indexed together; then each by itself.
_NAMES = """(users.username_key || '\n' || coalesce(users.full_name_key, '') || '\n'
    || lower(coalesce(users.twitter_username, '')))"""
_NAMED_SQL = f"""({_NAMES} LIKE :part ESCAPE '\\' AND (users.username_key LIKE :part ESCAPE '\\'
    OR users.full_name_key LIKE :part ESCAPE '\\' OR lower(users.twitter_username) LIKE :part ESCAPE '\\'))"""
_NAMED = text(_NAMED_SQL)
_LOOKED_UP = text("SELECT rowid FROM user_names WHERE user_names MATCH :match")
_COUNT_NAMED = Prepared(text(f"SELECT count(*), {CHANGES} FROM users WHERE users.is_active AND {_NAMED_SQL}"))
_COUNT_LOOKED_UP = Prepared(
    text(f"""SELECT count(*), {CHANGES}
        FROM (SELECT rowid FROM user_names WHERE user_names MATCH :match) found
        JOIN users ON users.id = found.rowid WHERE users.is_active AND {_NAMED_SQL}""")
)

_COUNT_ATTENDEES = Prepared(
    text("""SELECT (SELECT count(*) FROM attendances WHERE event_id = :event_id)
        - (SELECT count(*) FROM users JOIN attendances ON attendances.user_id = users.id
            WHERE users.is_active = false AND attendances.event_id = :event_id)""")
)


def list_attendees(session, event_id: int, paging: Paging) -> Page:
    """Who goes to an event, by id. All are counted on the way, so the few that are inactive are taken off."""
    rows = (
        select(User)
        .select_from(Attendance)
        .join(User, User.id == Attendance.user_id)
        .where(Attendance.event_id == event_id, ACTIVE)
        .order_by(Attendance.user_id)
    )
    total = session.connection().scalar(_COUNT_ATTENDEES, {"event_id": event_id})
    return Page(session.scalars(paging.slice(rows)).all(), total, paging)


def list_admins(session) -> list[User]:
    """Site admins, who hear of new events."""
    return session.scalars(select(User).where(User.is_admin == true(), ACTIVE).order_by(User.id)).all()


def list_hosts_to_tell(session, event_id: int) -> list[User]:
    """The hosts of an event, who hear what happens to it."""
    hosting = User.id.in_(select(EventHost.user_id).where(EventHost.event_id == event_id))
    return session.scalars(select(User).where(hosting).order_by(User.id)).all()
