"""Building blocks: reusable units for the complex structure, such as a vehicle with its seats."""

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import Base
from joindin.extensions import db

# An atomic block has positions, a composite one other blocks.
ATOMIC, COMPOSITE = "atomic", "composite"

requirement_qualifications = Table(
    "requirement_qualifications",
    Base.metadata,
    Column("requirement_id", ForeignKey("block_requirements.id", ondelete="CASCADE"), primary_key=True),
    Column("qualification_id", ForeignKey("qualifications.id", ondelete="CASCADE"), primary_key=True, index=True),
)
position_qualifications = Table(
    "position_qualifications",
    Base.metadata,
    Column("position_id", ForeignKey("block_positions.id", ondelete="CASCADE"), primary_key=True),
    Column("qualification_id", ForeignKey("qualifications.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class BuildingBlock(db.Model):
    """``allows_more``: any further number of people who meet the requirements of the block may join."""

    __tablename__ = "building_blocks"

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    block_type: Mapped[str] = mapped_column(String(20))
    allows_more: Mapped[bool] = mapped_column(default=False)


class BlockPosition(db.Model):
    """A place for one person, who needs all of its qualifications."""

    __tablename__ = "block_positions"

    id: Mapped[int] = mapped_column(primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("building_blocks.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(255), default="")
    is_optional: Mapped[bool] = mapped_column(default=False)


class BlockComposition(db.Model):
    """A composite block contains another block, the part."""

    __tablename__ = "block_compositions"

    id: Mapped[int] = mapped_column(primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("building_blocks.id", ondelete="CASCADE"), index=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("building_blocks.id"), index=True)
    label: Mapped[str] = mapped_column(String(255), default="")
    is_optional: Mapped[bool] = mapped_column(default=False)


class BlockRequirement(db.Model):
    """Qualifications that every person of a block needs, or ``at_least`` a number of them if ``for_everyone`` is false."""

    __tablename__ = "block_requirements"

    id: Mapped[int] = mapped_column(primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("building_blocks.id", ondelete="CASCADE"), index=True)
    for_everyone: Mapped[bool] = mapped_column(default=True)
    at_least: Mapped[int] = mapped_column(default=0)
