"""Tags, and the events that have them."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from joindin.db.base import Base
from joindin.extensions import db
from joindin.utils.text import fold_case, fold_case_accents

event_tags = Table(
    "event_tags",
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), nullable=False),
    UniqueConstraint("event_id", "tag_id"),
    Index("ix_event_tags_tag_id", "tag_id", "event_id"),
)


class Tag(db.Model):
    """A tag as it was first written. ``spelling_key`` ignores case only, so that "año" is not shown as "ano".

    Filters look for ``name_key``, which several tags may share.
    """

    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    spelling_key: Mapped[str | None] = mapped_column(String(400), unique=True)
    name_key: Mapped[str] = mapped_column(String(400), index=True)

    @validates("name")
    def _set_keys(self, _field, value):
        self.spelling_key, self.name_key = fold_case(value), fold_case_accents(value)
        return value
