"""Origin of rows that were imported from another server and may be imported again."""

import datetime as dt

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db


class ImportOrigin(db.Model):
    """The row here that stands for a row of the source, and the state of the latter at the last import.

    ``source`` is the host name of the other server, ``source_key`` the row's id there. ``fingerprints`` are hashes of the
    imported values by group of columns; with them the next import tells what was changed there and what was edited here.
    They are empty for a row that existed here before, which is never changed. ``row_id`` is NULL for rows without an id.
    The entry outlives its row: a row that was deleted here is not imported again.
    """

    __tablename__ = "import_origins"

    source: Mapped[str] = mapped_column(String(255), primary_key=True)
    table_name: Mapped[str] = mapped_column(String(50), primary_key=True)
    source_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    row_id: Mapped[int | None]
    fingerprints: Mapped[dict] = mapped_column(JSON)
    imported_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
