"""Addresses of the crew's pages, as ephios has them."""

from joindin.representations.ephios.links import title_slug


def event_path(event_id: int, title: str) -> str:
    return f"/events/{event_id}-{title_slug(title) or event_id}/"


def signup_path(shift_id: int) -> str:
    return f"/shifts/{shift_id}/signup/"


def guest_path(access_token: str) -> str:
    return f"/guests/{access_token}/"


def guest_signup_path(access_token: str, shift_id: int) -> str:
    return f"/guests/{access_token}/shifts/{shift_id}/signup-action/"
