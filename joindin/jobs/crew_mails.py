"""Mails of the crew's notifications: their texts in the language of the receiver, links, and whether they are still due."""

from collections.abc import Mapping
from typing import Any

from joindin.models.crew import NOTIFICATION_TYPES
from joindin.representations.crew_notifications import describe_notification
from joindin.utils.translations import load_translations


def describe_crew_mail(context: Mapping[str, Any], timezone: str) -> dict[str, Any]:
    """Return the variables of the template. ``page`` has the parts of the path of the linked page."""
    slug, language = context["slug"], context["language"]
    text, gettext = (
        describe_notification(slug, context["data"], language, timezone),
        load_translations(language).gettext,
    )
    query = {"fromNotification": context["notification_id"]} if context["notification_id"] else {}
    return {
        "language": language,
        "subject": text.subject,
        "greeting": gettext("Hello %(name)s,") % {"name": context["name"]},
        "lines": text.lines,
        "quote": text.quote,
        "link_label": gettext("More about this"),
        "page_parts": _page_parts(context, text.path),
        "query": query,
        "about": gettext(NOTIFICATION_TYPES[slug].about),
    }


def get_unsubscribe_topic(context: Mapping[str, Any]) -> str | None:
    """Return the type of the notification if its receiver can switch it off."""
    slug = context.get("slug")
    return None if slug not in NOTIFICATION_TYPES or NOTIFICATION_TYPES[slug].is_mandatory else slug


def _page_parts(context, path):
    """Return the page of the receiver: guests and federated users have one of their own."""
    if token := context.get("token"):
        return ["guests", token, ""]
    event_id, guest_id = context["data"].get("event_id"), context.get("federation_guest_id")
    if guest_id:
        return ["events", "shared", str(event_id), str(guest_id), ""] if path else []
    if context["notification_id"] is None:
        return []
    path = path.partition("#")[0] or "/notifications/"
    return path.removeprefix("/").split("/")
