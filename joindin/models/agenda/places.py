"""Places at which events are held."""

import datetime as dt

from sqlalchemy import Float, String
from sqlalchemy.orm import Mapped, mapped_column, validates

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.utils.text import fold_case, fold_case_accents

ONLINE = "online"


class Place(db.Model):
    """A place. The one named ``online``, in any case, stands for events that are held on the internet alone.

    ``lookup_key`` is the name without case. It is unique: a name that is submitted stands for the place that has it. It is
    NULL for further places of the same name, as imports may bring them. ``name_key`` also ignores accents, for searches.

    Events keep a copy of the place in ``location``, ``latitude`` and ``longitude``.
    """

    __tablename__ = "places"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    lookup_key: Mapped[str | None] = mapped_column(String(510), unique=True)
    name_key: Mapped[str] = mapped_column(String(510), index=True)
    address: Mapped[str] = mapped_column(String(500), default="", server_default="")
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    timezone: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    @validates("name")
    def _set_name_key(self, _field, value):
        self.name_key = fold_case_accents(value)
        return value

    @property
    def is_online(self) -> bool:
        return fold_case(self.name) == ONLINE
