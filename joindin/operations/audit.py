"""Writing down who did what to what, in the transaction of what was done.

An operation that takes more than an ordinary account's rights, or that gives out keys or takes them
back, knows its actor and calls :func:`record`. How the actor came (surface, application, address) is nothing an operation should
know: whoever makes the session leaves a function for it in ``session.info``.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from sqlalchemy import delete, select, update

from joindin.models import (
    AccessToken,
    AuditEntry,
    Client,
    Event,
    EventComment,
    Group,
    RejectionReason,
    Talk,
    TalkComment,
    User,
)
from joindin.utils.datetimes import utc_now
from joindin.viewer import UserSnapshot

SUBJECT_TYPES = {
    AccessToken: ("token", "description"),
    Client: ("application", "name"),
    Event: ("event", "name"),
    EventComment: ("event_comment", None),
    Group: ("group", "name"),
    RejectionReason: ("reason", "title"),
    Talk: ("talk", "title"),
    TalkComment: ("talk_comment", None),
    User: ("user", "username"),
}
BATCH_SIZE = 1000


@dataclass(frozen=True)
class AuditContext:
    """How somebody came: by which surface, with which application, from which address."""

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
    """Write an entry. ``changes`` is what was and what is, by field; no secrets.

    Nobody as the actor is the operator at the shell, or somebody who has no account yet.
    """
    through = session.info.get("audit_context", lambda: None)() or CLI_CONTEXT
    kind, name = SUBJECT_TYPES[type(subject)]
    label = getattr(subject, name) if name else None
    # The actor of an entry about their own end has no row to point at.
    is_gone = actor is not None and action == "user.delete" and actor.id == subject.id
    session.add(
        AuditEntry(
            occurred_at=utc_now(),
            actor_id=None if actor is None or is_gone else actor.id,
            actor_name=actor.username if actor else None,
            action=action,
            subject_type=kind,
            subject_id=subject.id,
            subject_name=label[:255] if label else None,
            surface=through.surface,
            client_name=through.client[:255] if through.client else None,
            ip_address=through.ip_address,
            reason=reason or None,
            changes=dict(changes or {}),
        )
    )
    session.flush()


def anonymise_ip_addresses(session, *, before: dt.datetime) -> int:
    """Leave of each address in entries that old only the network; how many there were."""
    old = (AuditEntry.occurred_at < before, AuditEntry.ip_address.is_not(None), AuditEntry.ip_address.not_like("%/%"))
    shortened = 0
    while (
        found := session.execute(select(AuditEntry.ip_address).where(*old).distinct().limit(BATCH_SIZE)).scalars().all()
    ):
        for address in found:
            shortened += session.execute(
                update(AuditEntry)
                .where(*old, AuditEntry.ip_address == address)
                .values(ip_address=_network(address))
                .execution_options(synchronize_session=False)
            ).rowcount
    return shortened


def purge_entries(session, *, before: dt.datetime) -> int:
    """Remove entries that old; how many."""
    return session.execute(
        delete(AuditEntry).where(AuditEntry.occurred_at < before).execution_options(synchronize_session=False)
    ).rowcount


def _network(address):
    try:
        bits = 24 if ip_address(address).version == 4 else 48
    except ValueError:
        return None
    return str(ip_network(f"{address}/{bits}", strict=False))
