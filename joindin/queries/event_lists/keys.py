"""Keys of events and, where the database is another process, what the events are to somebody in the same statement.

Going there once more takes longer than what is asked. SQLite answers two small statements sooner than a large one.
"""

from functools import cached_property

from sqlalchemy import Integer, bindparam, column, exists, select
from sqlalchemy.sql.elements import TextClause

from joindin.models import Attendance, EventHost
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.reader import NO_PARAMS
from joindin.viewer import UserSnapshot, Viewer

VIEWER = bindparam("viewer_id", type_=Integer)


class EventKeys(CompiledStatement):
    """A statement for a page of keys, in its order: ``id``, ``version``, ``is_pending`` and ``more``."""

    def __init__(self, statement: TextClause, more: str = "total"):
        super().__init__(statement)
        self._more = more

    @cached_property
    def with_viewer_flags(self) -> CompiledStatement:
        """The same with ``attends`` and ``hosts`` of the person with the id ``viewer_id``."""
        names = "id", "version", "is_pending", self._more
        page = self.statement.columns(*map(column, names)).subquery("page")
        facts = {"attends": Attendance, "hosts": EventHost}
        return CompiledStatement(
            select(
                page,
                *[
                    exists().where(model.event_id == page.c.id, model.user_id == VIEWER).label(name)
                    for name, model in facts.items()
                ],
            )
        )


def seeing(connection, user: UserSnapshot | None):
    """The connection for a list that is for ``user``: its keys may tell what the events are to them."""
    return connection if user is None or connection.dialect.name == "sqlite" else Seeing(connection, user)


class Seeing:
    """A connection to which every page of :class:`EventKeys` comes with the facts of ``user``."""

    def __init__(self, connection, user: UserSnapshot):
        self._connection = connection
        self._user = user

    def execute(self, statement, values=NO_PARAMS):
        if isinstance(statement, EventKeys):
            return self._connection.execute(statement.with_viewer_flags, {**values, "viewer_id": self._user.id})
        return self._connection.execute(statement, values)

    def __getattr__(self, name):
        return getattr(self._connection, name)


def viewer_from_keys(keys, user: UserSnapshot | None) -> Viewer | None:
    """What the events are to ``user``, if the keys tell."""
    if user is None or not keys or not hasattr(keys[0], "attends"):
        return None
    return Viewer(
        user,
        attending=frozenset([key.id for key in keys if key.attends]),
        hosting=frozenset([key.id for key in keys if key.hosts]),
    )
