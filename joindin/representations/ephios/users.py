"""Users (spec 8)."""

from joindin.viewer import UserSnapshot


def represent_user(user: UserSnapshot) -> dict:
    return {
        "id": user.id,
        "display_name": user.full_name or user.username,
        # Not stored.
        "date_of_birth": None,
        "email": user.email,
        "qualifications": [],
    }
