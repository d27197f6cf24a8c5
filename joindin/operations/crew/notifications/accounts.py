"""Notifications about accounts: profiles, decisions about hours and qualifications, registrations of guests."""

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from joindin.models import Event
from joindin.models.crew import (
    CONSEQUENCE_APPROVED,
    CONSEQUENCE_DENIED,
    DENIED,
    EXECUTED,
    GUEST_SIGNUP,
    PROFILE_UPDATE,
    Consequence,
    CrewGuest,
    Qualification,
)
from joindin.operations.crew.notifications.storing import store_notifications
from joindin.queries.crew.notification_receivers import Receiver, list_receivers

_DECISIONS = {EXECUTED: CONSEQUENCE_APPROVED, DENIED: CONSEQUENCE_DENIED}


def notify_profile_changed(session, user_id: int, *, actor_id: int | None) -> None:
    """Notify the user that someone else edited their profile."""
    items = [(receiver, {}) for receiver in list_receivers(session, [user_id])]
    store_notifications(session, PROFILE_UPDATE, items, actor_id=actor_id)


def notify_decision(session, consequence: Consequence, *, actor_id: int | None) -> None:
    """Notify the user of working hours or a qualification that were approved or denied. Failed ones need no notice."""
    slug = _DECISIONS.get(consequence.state)
    if slug is None:
        return
    data = consequence.data if isinstance(consequence.data, dict) else {}
    qualification = _find(session, Qualification, data.get("qualification_id"))
    facts = {
        "consequence": consequence.slug,
        "hours": str(data.get("hours", "")),
        "date": str(data.get("date", "")),
        "reason": str(data.get("reason", "")),
        "qualification": qualification.title if qualification else "",
    }
    items = [(receiver, facts) for receiver in list_receivers(session, [consequence.user_id])]
    store_notifications(session, slug, items, actor_id=actor_id)


def notify_guest_signup(session, guest: CrewGuest, token: str, *, language: str) -> None:
    """Mail a guest the link to their page. The token is stored encrypted, for the links of later mails."""
    guest.mail_settings = {"token": token, "language": language}
    session.flush()
    receiver = Receiver(guest.display_name, guest.email, language=language, guest_token=token)
    facts = {"event_id": guest.event_id, "event": session.get_one(Event, guest.event_id).name}
    store_notifications(session, GUEST_SIGNUP, [(receiver, facts)])


def reencrypt_guest_links(session) -> None:
    """Encrypt the tokens for the links of guests with the current secret key."""
    for guest in session.scalars(select(CrewGuest).where(CrewGuest.mail_settings.is_not(None)).with_for_update()):
        if guest.mail_settings:
            flag_modified(guest, "mail_settings")
    session.flush()


def _find(session, model, id_):
    return session.get(model, id_) if isinstance(id_, int) and not isinstance(id_, bool) and 0 < id_ < 2**31 else None
