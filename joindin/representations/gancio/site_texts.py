"""Announcements and pages of the Gancio API (contract, section 15)."""

from joindin.utils.datetimes import iso_utc


def represent_announcement(announcement) -> dict:
    return {
        "id": announcement.id,
        "title": announcement.title,
        "announcement": announcement.text,
        "visible": announcement.is_visible,
        "createdAt": iso_utc(announcement.created_at),
        "updatedAt": iso_utc(announcement.updated_at),
    }


def represent_in_list(text: dict) -> dict:
    """Return an announcement or a page as lists show it: with a number in place of the flag, as Gancio sends it."""
    return text | {"visible": int(text["visible"])}


def represent_site_page(page) -> dict:
    return {
        "id": page.id,
        "title": page.title,
        "content": page.content,
        "visible": page.is_visible,
        "slug": page.slug,
        "createdAt": iso_utc(page.created_at),
        "updatedAt": iso_utc(page.updated_at),
    }
