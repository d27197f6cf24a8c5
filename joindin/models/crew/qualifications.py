"""Qualifications, what they include, and who has them."""

import datetime as dt

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import Base, UtcDateTime
from joindin.extensions import db

# Direct inclusions. A user with a qualification also has those that it includes, over any number of steps.
qualification_inclusions = Table(
    "qualification_inclusions",
    Base.metadata,
    Column("qualification_id", ForeignKey("qualifications.id", ondelete="CASCADE"), primary_key=True),
    Column("included_id", ForeignKey("qualifications.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class QualificationCategory(db.Model):
    """``is_shown_with_user``: its qualifications are shown next to the names of people."""

    __tablename__ = "qualification_categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    title: Mapped[str] = mapped_column(String(254))
    is_shown_with_user: Mapped[bool] = mapped_column(default=True)


class Qualification(db.Model):
    """``uuid`` means the same qualification on every instance. ``is_imported`` ones come from a shared catalogue."""

    __tablename__ = "qualifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    title: Mapped[str] = mapped_column(String(254))
    abbreviation: Mapped[str] = mapped_column(String(254))
    category_id: Mapped[int] = mapped_column(ForeignKey("qualification_categories.id"), index=True)
    is_imported: Mapped[bool] = mapped_column(default=False)


class QualificationGrant(db.Model):
    """A user has the qualification until ``expires_at``, or without end. Externally managed ones come from an identity
    provider. ``announced_expiry_at`` is the expiry of which the user was told.
    """

    __tablename__ = "qualification_grants"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    qualification_id: Mapped[int] = mapped_column(ForeignKey("qualifications.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    is_externally_managed: Mapped[bool] = mapped_column(default=False)
    announced_expiry_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("user_id", "qualification_id"),
        Index("ix_qualification_grants_expires_at", "expires_at"),
    )
