"""Choices of a user: which notifications by which way, and the time of reminders."""

from collections.abc import Collection

from joindin.db.locking import lock_row
from joindin.db.upserts import insert_or_ignore
from joindin.errors import InvalidInput
from joindin.models import User
from joindin.models.crew import BY_MAIL, IN_LIST, NOTIFICATION_TYPES, REMINDER_CHOICES, CrewProfile

MSG_WRONG_HOURS = "Choose one of the times."


def set_muted(session, user_id: int, slug: str, way: str, *, is_muted: bool) -> None:
    """Stop notifications of a type by one way, or start them again. Mandatory ones cannot be stopped."""
    if NOTIFICATION_TYPES[slug].is_mandatory:
        return
    profile = _lock_profile(session, user_id)
    others = [pair for pair in profile.muted_notifications or [] if pair != [slug, way]]
    profile.muted_notifications = [*others, [slug, way]] if is_muted else others
    session.flush()


def set_preferences(session, user_id: int, muted: Collection[tuple[str, str]], *, reminder_hours: int | None) -> None:
    """Replace the choices of all types and ways of this site. Pairs of other ways, which an import brought, are kept.

    :raises InvalidInput: if the hours are none of the choices. None stops reminders.
    """
    if reminder_hours is not None and reminder_hours not in REMINDER_CHOICES:
        raise InvalidInput(MSG_WRONG_HOURS)
    profile = _lock_profile(session, user_id)
    own = [
        (slug, way) for slug, each in NOTIFICATION_TYPES.items() for way in (BY_MAIL, IN_LIST) if not each.is_mandatory
    ]
    others = [pair for pair in profile.muted_notifications or [] if tuple(pair) not in own]
    profile.muted_notifications = [*others, *(list(pair) for pair in own if pair in set(muted))]
    profile.reminder_hours = reminder_hours
    session.flush()


def _lock_profile(session, user_id):
    lock_row(session, User, user_id)
    insert_or_ignore(session, CrewProfile, user_id=user_id)
    return session.get_one(CrewProfile, user_id, populate_existing=True)
