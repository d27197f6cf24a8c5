"""Prepared reasons for the rejection of events."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, validates

from joindin.extensions import db
from joindin.utils.text import fold_case_accents


class RejectionReason(db.Model):
    """``title`` is for admins to choose by, ``text`` is sent to the hosts."""

    __tablename__ = "rejection_reasons"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    title_key: Mapped[str] = mapped_column(String(200), unique=True)
    text: Mapped[str] = mapped_column(String(200))

    @validates("title")
    def _set_key(self, _field, value):
        self.title_key = fold_case_accents(value)
        return value
