"""Progress of the import of a Joind.in database, which makes the import repeatable."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db


class ImportProgress(db.Model):
    """The progress of one table of the original database.

    Rows with an id up to ``reserved_until_id`` come from the original; rows created here get higher ids. Rows up to
    ``finished_until_id`` were processed by a run that reached the end of the table. A row below it that is missing
    here was deleted here.
    """

    __tablename__ = "import_progress"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    reserved_until_id: Mapped[int] = mapped_column(default=0)
    finished_until_id: Mapped[int] = mapped_column(default=0)


class ImportRowNote(db.Model):
    """A note about a row of the original that has no row of its own here.

    Without a value the row was skipped, and the next run tries again. With a value it is represented by another row: a
    tag by the tag of the same name, a category until its talk is imported.
    """

    __tablename__ = "import_row_notes"

    table_name: Mapped[str] = mapped_column(String(50), primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int | None]
