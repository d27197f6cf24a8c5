"""Mails to admins and editors about the agenda: submitted events and reports."""

from collections.abc import Mapping

from joindin.models import Event, Place
from joindin.operations.outbox import enqueue_mail, enqueue_notification
from joindin.queries.accounts.users import list_reviewers
from joindin.utils.datetimes import get_timezone


def mail_submission(session, event: Event, *, settings: Mapping) -> None:
    """Mail the reviewers, and the address in the setting ``admin_email``, that an event waits for a decision."""
    start = event.starts_at.astimezone(get_timezone(settings["instance_timezone"]))
    place = session.get(Place, event.place_id) if event.place_id is not None else None
    mail_reviewers(
        session,
        "agenda_event_submitted",
        settings=settings,
        title=event.name,
        slug=event.slug,
        event_id=event.id,
        place=place.name if place else event.location or "",
        start=f"{start:%A}, {start.day} {start:%B %H:%M}",
        description=event.description,
    )


def mail_reviewers(session, kind: str, *, settings: Mapping, **context) -> None:
    """Enqueue a mail of ``kind`` to the admins and editors who want such mails, and to the address of the site."""
    reviewers = list_reviewers(session)
    context["site_title"] = settings["title"]
    enqueue_notification(session, kind, reviewers, **context)
    address = settings.get("admin_email")
    if address and address not in {reviewer.email for reviewer in reviewers}:
        enqueue_mail(session, kind, [address], **context)
