"""Audit log, newest entries first."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from joindin.models import AuditEntry

MAX_PAGE_SIZE = 100


@dataclass(frozen=True)
class AuditFilter:
    """Conditions that all have to hold. ``before`` is the id before which the next slice begins."""

    actor_id: int | None = None
    action: str | None = None
    subject_type: str | None = None
    subject_id: int | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    before: int | None = None


@dataclass(frozen=True)
class AuditSlice:
    """``next_before`` is the ``before`` of the next slice; None if there is none."""

    entries: Sequence[AuditEntry]
    next_before: int | None


def list_audit_entries(session, audit_filter: AuditFilter, size: int = 20) -> AuditSlice:
    """Return a slice in one statement, however far back it is: it starts at an id and counts nothing."""
    size = min(max(size, 1), MAX_PAGE_SIZE)
    rows = select(AuditEntry).where(*_conditions(audit_filter)).options(joinedload(AuditEntry.actor))
    entries = session.scalars(rows.order_by(AuditEntry.id.desc()).limit(size + 1)).all()
    return AuditSlice(entries[:size], entries[size - 1].id if len(entries) > size else None)


def _conditions(audit_filter):
    conditions = {name: value for name, value in vars(audit_filter).items() if value is not None}
    return [CONDITIONS[name](value) for name, value in conditions.items()]


def _is_action(action):
    """An action that ends in a dot stands for all that begin with it."""
    if action.endswith("."):
        return AuditEntry.action.startswith(action, autoescape=True)
    return AuditEntry.action == action


CONDITIONS = {
    "actor_id": lambda id_: AuditEntry.actor_id == id_,
    "action": _is_action,
    "subject_type": lambda kind: AuditEntry.subject_type == kind,
    "subject_id": lambda id_: AuditEntry.subject_id == id_,
    "since": lambda at: AuditEntry.occurred_at >= at,
    "until": lambda at: AuditEntry.occurred_at < at,
    "before": lambda id_: AuditEntry.id < id_,
}
