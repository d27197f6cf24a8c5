"""Statements for pages of event keys: ``id``, ``version``, ``is_pending`` and one more column.

On PostgreSQL the viewer's ``attends`` and ``hosts`` flags can be selected in the same statement, which saves a round
trip. On SQLite two small statements are faster than one large one.
"""

from functools import cached_property

from sqlalchemy import Integer, bindparam, column, exists, select
from sqlalchemy.sql.elements import TextClause

from joindin.db.dialects import dialect_of
from joindin.models import Attendance, EventHost
from joindin.performance.sql.compiled import CompiledStatement
from joindin.viewer import UserSnapshot, Viewer


class EventKeysStatement(CompiledStatement):
    """``extra_column`` is the column that each row has besides the key."""

    def __init__(self, statement: TextClause, extra_column: str = "total"):
        super().__init__(statement)
        self._extra_column = extra_column

    def fetch(self, connection, params: dict, viewer_id: int | None) -> list:
        """Return the keys in their order, with the flags of the viewer if that costs no further statement."""
        if viewer_id is None or not dialect_of(connection).is_server:
            return connection.execute(self, params).all()
        return connection.execute(self.with_viewer_flags, params | {"viewer_id": viewer_id}).all()

    @cached_property
    def with_viewer_flags(self) -> CompiledStatement:
        names = "id", "version", "is_pending", self._extra_column
        page = self.statement.columns(*map(column, names)).subquery("page")
        viewer_id = bindparam("viewer_id", type_=Integer)
        flags = [
            exists().where(model.event_id == page.c.id, model.user_id == viewer_id).label(name)
            for name, model in (("attends", Attendance), ("hosts", EventHost))
        ]
        return CompiledStatement(select(page, *flags))


def viewer_from_keys(keys, user: UserSnapshot | None) -> Viewer | None:
    """Return the viewer's relations to the events, or None if the keys carry no flags."""
    if user is None or not keys or not hasattr(keys[0], "attends"):
        return None
    return Viewer(
        user,
        attending=frozenset([key.id for key in keys if key.attends]),
        hosting=frozenset([key.id for key in keys if key.hosts]),
    )
