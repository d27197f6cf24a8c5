"""Audit log of privileged actions."""

import datetime as dt

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models.users import User


class AuditEntry(db.Model):
    """An action that needed more than the rights of an ordinary account, or that created or revoked credentials.

    Names are stored beside ids, because users, objects and clients may be deleted while the entry stays. No actor
    means the operator's shell. ``changes`` maps a field to its old and new value; it holds no secrets.
    """

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    occurred_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    actor_name: Mapped[str | None] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(50))
    subject_type: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int | None]
    subject_name: Mapped[str | None] = mapped_column(String(255))
    surface: Mapped[str] = mapped_column(String(20))
    client_name: Mapped[str | None] = mapped_column(String(255))
    ip_address: Mapped[str | None] = mapped_column(String(45))
    reason: Mapped[str | None] = mapped_column(Text)
    changes: Mapped[dict] = mapped_column(JSON, default=dict)

    actor: Mapped[User | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index("ix_audit_entries_actor_id", "actor_id", "id"),
        Index("ix_audit_entries_action", "action", "id"),
        Index("ix_audit_entries_subject", "subject_type", "subject_id", "id"),
    )
