"""Users of the Gancio API (contract, section 5). Neither passwords nor codes are ever contained."""

from joindin.permissions import role_of
from joindin.utils.datetimes import iso_utc


def represent_user(account) -> dict:
    """Represent a row of ``list_agenda_accounts``. An account is active if its owner may sign in."""
    role = role_of(account)
    registered_at = account.registered_at and iso_utc(account.registered_at)
    return {
        "is_admin": role == "admin",
        "is_editor": role == "editor",
        "id": account.id,
        "settings": [],
        "email": account.email or account.username,
        "description": account.registration_note or None,
        "recover_code": "",
        "role": role,
        "is_active": account.is_active and account.is_verified,
        "to_notify": account.is_notified,
        "createdAt": registered_at,
        "updatedAt": registered_at,
    }
