"""What is known of an installation of Joind.in that was moved in, so that moving in can be repeated."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db


class ImportProgress(db.Model):
    """How far a table of the original is ours.

    Rows here with an id up to ``reserved_to`` came from there: what is made here gets higher ids.
    Rows up to ``finished_to`` were dealt with by a run that reached the end of the table. One of
    them that is no longer here was deleted here.
    """

    __tablename__ = "import_progress"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    reserved_until_id: Mapped[int] = mapped_column(default=0)
    finished_until_id: Mapped[int] = mapped_column(default=0)


class ImportRowNote(db.Model):
    """What to remember of one row of the original that has no row of its own here.

    Without a value it was skipped, and the next run tries again. With one, it stands for another
    row: a tag for the tag of the same name, a talk that is still to come for its category.
    """

    __tablename__ = "import_row_notes"

    table_name: Mapped[str] = mapped_column(String(50), primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int | None]
