"""Audit log of privileged actions, written in the transaction of the action.

An operation that needs more than the rights of an ordinary account, or that creates or revokes credentials, receives
its actor and calls :func:`log_action`. The surface, the application and the IP address come from a function in
``session.info``, which the extension of the session sets; operations do not know the request.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from sqlalchemy import delete, select, update

from joindin.models import (
    AccessToken,
    Announcement,
    AuditEntry,
    Client,
    Collection,
    Event,
    EventComment,
    Group,
    Place,
    RejectionReason,
    SitePage,
    SiteSetting,
    Tag,
    Talk,
    TalkComment,
    User,
)
from joindin.models.crew import (
    BuildingBlock,
    EventType,
    FederationGuest,
    FederationHost,
    FederationInvite,
    Qualification,
    QualificationCategory,
    Question,
)
from joindin.utils.datetimes import utc_now
from joindin.viewer import UserSnapshot

SUBJECT_TYPES = {
    AccessToken: ("token", "description"),
    Announcement: ("announcement", "title"),
    BuildingBlock: ("building_block", "name"),
    Client: ("application", "name"),
    Collection: ("collection", "name"),
    Event: ("event", "name"),
    EventComment: ("event_comment", None),
    EventType: ("event_type", "title"),
    FederationGuest: ("federation_guest", "name"),
    FederationHost: ("federation_host", "name"),
    FederationInvite: ("federation_invite", "url"),
    Group: ("group", "name"),
    Place: ("place", "name"),
    Qualification: ("qualification", "title"),
    QualificationCategory: ("category", "title"),
    Question: ("question", "name"),
    RejectionReason: ("reason", "title"),
    SitePage: ("page", "title"),
    SiteSetting: ("setting", "key"),
    Tag: ("tag", "name"),
    Talk: ("talk", "title"),
    TalkComment: ("talk_comment", None),
    User: ("user", "username"),
}
BATCH_SIZE = 1000


@dataclass(frozen=True)
class AuditContext:
    """The surface, the application and the IP address of an action."""

    surface: str = "shell"
    client: str | None = None
    ip_address: str | None = None


CLI_CONTEXT = AuditContext()


def log_action(
    session,
    action: str,
    subject,
    *,
    actor: User | UserSnapshot | None,
    reason: str | None = None,
    changes: Mapping | None = None,
) -> None:
    """Write an entry. ``changes`` maps fields to their old and new values; it must not contain secrets.

    Without an actor the entry stands for the operator's shell, or for a user who has no account yet.
    """
    through = session.info.get("audit_context", lambda: None)() or CLI_CONTEXT
    subject_type, name_attribute = SUBJECT_TYPES[type(subject)]
    subject_name = getattr(subject, name_attribute) if name_attribute else None
    # Users who delete themselves have no row that the entry could refer to.
    is_gone = actor is not None and action == "user.delete" and actor.id == subject.id
    session.add(
        AuditEntry(
            occurred_at=utc_now(),
            actor_id=None if actor is None or is_gone else actor.id,
            actor_name=actor.username if actor else None,
            action=action,
            subject_type=subject_type,
            # Settings have a name only.
            subject_id=getattr(subject, "id", None),
            subject_name=subject_name[:255] if subject_name else None,
            surface=through.surface,
            client_name=through.client[:255] if through.client else None,
            ip_address=through.ip_address,
            reason=reason or None,
            changes=dict(changes or {}),
        )
    )
    session.flush()


def anonymise_ip_addresses(session, *, before: dt.datetime) -> int:
    """Replace the IP addresses in entries before that time by their networks; return the number of entries."""
    old = (AuditEntry.occurred_at < before, AuditEntry.ip_address.is_not(None), AuditEntry.ip_address.not_like("%/%"))
    shortened = 0
    while addresses := session.scalars(select(AuditEntry.ip_address).where(*old).distinct().limit(BATCH_SIZE)).all():
        for address in addresses:
            shortened += session.execute(
                update(AuditEntry)
                .where(*old, AuditEntry.ip_address == address)
                .values(ip_address=_network(address))
                .execution_options(synchronize_session=False)
            ).rowcount
    return shortened


def purge_entries(session, *, before: dt.datetime) -> int:
    """Delete the entries before that time; return their number."""
    return session.execute(
        delete(AuditEntry).where(AuditEntry.occurred_at < before).execution_options(synchronize_session=False)
    ).rowcount


def _network(address):
    try:
        bits = 24 if ip_address(address).version == 4 else 48
    except ValueError:
        return None
    return str(ip_network(f"{address}/{bits}", strict=False))
