"""Finding people. Only active ones are ever listed."""

from sqlalchemy import func, or_, select, true

from joindin.errors import NotFound
from joindin.models import Attendance, EventHost, User
from joindin.queries.paging import Page, Paging
from joindin.text import LONGEST_PATTERN, fold

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
        return _page(session, [ACTIVE], [User.id], paging)
    part = fold(keyword)[:LONGEST_PATTERN]
    names = (User.username_key, User.full_name_key, func.lower(User.twitter_username))
    named = or_(*[name.contains(part, autoescape=True) for name in names])
    # Without a name first, as in the original; PostgreSQL would put them last.
    return _page(session, [ACTIVE, named], [User.full_name_key.nulls_first(), User.id], paging)


def list_attendees(session, event_id: int, paging: Paging) -> Page:
    attending = User.id.in_(select(Attendance.user_id).where(Attendance.event_id == event_id))
    return _page(session, [ACTIVE, attending], [User.id], paging)


def list_admins(session) -> list[User]:
    """Site admins, who hear of new events."""
    return session.scalars(select(User).where(User.is_admin == true(), ACTIVE).order_by(User.id)).all()


def list_hosts_to_tell(session, event_id: int) -> list[User]:
    """The hosts of an event, who hear what happens to it."""
    hosting = User.id.in_(select(EventHost.user_id).where(EventHost.event_id == event_id))
    return session.scalars(select(User).where(hosting).order_by(User.id)).all()


def _page(session, conditions, order, paging):
    total = session.scalar(select(func.count()).select_from(User).where(*conditions))
    rows = select(User).where(*conditions).order_by(*order)
    return Page(session.scalars(paging.slice(rows)).all(), total, paging)
