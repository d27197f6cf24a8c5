"""Languages and types of talks."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db


class Language(db.Model):
    """``code`` is what the original calls an abbreviation; it is no standard (``pobr``)."""

    __tablename__ = "languages"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    code: Mapped[str | None] = mapped_column(String(20))


class TalkType(db.Model):
    """The apps choose their icons by the exact titles (spec 14)."""

    __tablename__ = "talk_types"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200), unique=True)
    description: Mapped[str | None] = mapped_column(Text)
