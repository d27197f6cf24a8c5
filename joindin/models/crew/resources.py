"""Things that are allotted to shifts, such as vehicles."""

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import Base
from joindin.extensions import db

shift_resources = Table(
    "shift_resources",
    Base.metadata,
    Column("shift_id", ForeignKey("shifts.id", ondelete="CASCADE"), primary_key=True),
    Column("resource_id", ForeignKey("crew_resources.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class ResourceCategory(db.Model):
    __tablename__ = "resource_categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))


class CrewResource(db.Model):
    __tablename__ = "crew_resources"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(50))
    category_id: Mapped[int] = mapped_column(ForeignKey("resource_categories.id", ondelete="CASCADE"), index=True)
