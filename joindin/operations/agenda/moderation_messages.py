"""Messages about an event between reviewers, its author and people who report it."""

import datetime as dt
from collections.abc import Mapping

from joindin.models import Event, ModerationMessage, User
from joindin.models.agenda.moderation_messages import ADMIN, ANONYMOUS, AUTHOR
from joindin.operations.agenda.confirmation import get_owner_id
from joindin.operations.agenda.moderation_mails import mail_reviewers
from joindin.operations.outbox import enqueue_mail

SENDERS = {ADMIN: "a reviewer", AUTHOR: "the author of the event", ANONYMOUS: "a visitor"}


def add_moderation_message(
    session,
    event: Event,
    *,
    message: str,
    author: str,
    is_author_visible: bool,
    settings: Mapping,
    now: dt.datetime,
) -> ModerationMessage:
    """Store a message and mail it to the reviewers. One of a reviewer that the author may see goes to the author too."""
    row = ModerationMessage(
        event_id=event.id,
        message=message,
        author=author,
        is_author_visible=is_author_visible,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    about = {
        "title": event.name,
        "slug": event.slug,
        "event_id": event.id,
        "message": message,
        "sender": SENDERS[author],
    }
    mail_reviewers(session, "event_reported", settings=settings, **about)
    owner_id = get_owner_id(session, event.id)
    if author == ADMIN and is_author_visible and owner_id is not None:
        owner = session.get_one(User, owner_id)
        enqueue_mail(session, "event_reported", [owner.email], site_title=settings["title"], **about)
    return row
