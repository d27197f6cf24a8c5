"""The part of an account that only the crew uses: date of birth, telephone number, language, and whether lists have the user."""

import datetime as dt
from collections.abc import Mapping

from joindin.db.locking import lock_row
from joindin.errors import Forbidden, NotFound
from joindin.models import User
from joindin.models.crew import CrewProfile
from joindin.operations.accounts.passwords import secure_account
from joindin.operations.accounts.profiles import edit_profile
from joindin.operations.audit import log_action
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.fields import check_line
from joindin.operations.crew.notifications.accounts import notify_profile_changed
from joindin.utils.messages import TranslatableMessage

MSG_ADMINS_ONLY = "Only an admin can end the access of an admin"
MSG_NO_USER = "No UserProfile matches the given query."
MSG_NOT_BORN = "The date of birth is in the future."


def edit_person(session, user_id: int, *, full_name: str, fields: Mapping, actor: User, today: dt.date) -> None:
    """Change the name and the crew profile of a user, who is notified if someone else does it.

    :raises NotFound: if there is no such user.
    :raises InvalidInput: if a value is not acceptable.
    """
    user, _profile = _lock_profile(session, user_id)
    is_renamed = user.full_name != full_name
    if is_renamed:
        edit_profile(session, user_id, {"full_name": full_name}, actor=actor)
    if edit_crew_profile(session, user_id, fields, actor=actor, today=today) or is_renamed:
        notify_profile_changed(session, user_id, actor_id=actor.id)


def edit_crew_profile(session, user_id: int, fields: Mapping, *, actor: User, today: dt.date) -> bool:
    """Change ``date_of_birth``, ``phone``, ``is_visible`` and ``preferred_language``, as far as they are given.

    Return whether anything changed.

    :raises NotFound: if there is no such user.
    :raises InvalidCrewField: if a value is not acceptable.
    """
    user, profile = _lock_profile(session, user_id)
    fields = dict(fields)
    if "phone" in fields:
        fields["phone"] = check_line("phone", fields["phone"] or "") or None
    if (born_on := fields.get("date_of_birth")) and born_on > today:
        raise InvalidCrewField("date_of_birth", MSG_NOT_BORN)
    changed = [name for name, value in fields.items() if getattr(profile, name) != value]
    for name in changed:
        setattr(profile, name, fields[name])
    session.flush()
    if changed and actor.id != user_id:
        # Without the values, which are private.
        changes = {name: ["one", "another"] for name in changed}
        log_action(session, "user.edit_crew_profile", user, actor=actor, changes=changes)
    return bool(changed)


def revoke_crew_access(session, user_id: int, *, actor: User, now: dt.datetime) -> list[TranslatableMessage]:
    """Delete the password and all access of a user, the secret addresses of calendar and shifts included (spec 12).

    Return what has ended. The owner gets a mail, and chooses a new password by a mailed link.

    :raises NotFound: if there is no such user.
    :raises Forbidden: if the user is an admin and the actor is none.
    :raises Conflict: if the account is in use by too many requests.
    """
    user, ended = secure_account(session, user_id, actor=actor, now=now)
    if user.is_admin and not actor.is_admin:
        raise Forbidden(MSG_ADMINS_ONLY)
    profile = session.get(CrewProfile, user_id)
    if profile is not None:
        profile.calendar_token_hash = profile.shifts_key_hash = None
        session.flush()
    return ended


def _lock_profile(session, user_id):
    """Lock the user, and return them with their profile, which is created if it is missing."""
    user = lock_row(session, User, user_id)
    if user is None:
        raise NotFound(MSG_NO_USER)
    profile = session.get(CrewProfile, user_id, populate_existing=True)
    if profile is None:
        profile = CrewProfile(user_id=user_id, is_visible=True)
        session.add(profile)
    return user, profile
