"""On/off relations between a user and an object, with a counter on the object (attendance, stars).

Each change is one short transaction, because many users change the same few rows concurrently.
"""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.writer import TransactionRunner

OBJECT_ID, USER_ID = bindparam("object_id", type_=Integer), bindparam("user_id", type_=Integer)


class CountedToggle:
    """The rows of ``relation``, pairs of an object and a user. Only objects that are ``visible`` to all can be set.

    ``object_column`` names the object in ``relation``; ``counter`` is a column of ``objects``.
    """

    def __init__(
        self, relation: Table, object_column: str, *, objects: Table, counter: str, visible: ColumnElement[bool]
    ):
        pair = relation.c[object_column], relation.c.user_id
        new_pair = select(objects.c.id, USER_ID.label("user_id")).where(objects.c.id == OBJECT_ID, visible)
        delete_pair = delete(relation).where(pair[0] == OBJECT_ID, pair[1] == USER_ID)

        def insert_pair(dialect, source):
            return dialect.insert(relation).from_select(pair, source).on_conflict_do_nothing()

        def count(condition, change):
            values = {objects.c[counter]: objects.c[counter] + change, objects.c.version: objects.c.version + 1}
            return update(objects).where(condition).values(values)

        def count_rows(change_pair, change):
            changed = change_pair.returning(pair[0]).cte("changed")
            return count(objects.c.id == select(changed.c[0]).scalar_subquery(), change).returning(objects.c.id)

        # PostgreSQL: one statement each.
        found = new_pair.cte("found")
        counted = count_rows(insert_pair(postgresql, select(found)), +1).cte("counted")
        self._set_at_once = CompiledStatement(select(found.c.id).add_cte(counted))
        self._unset_at_once = CompiledStatement(count_rows(delete_pair, -1))
        # SQLite has no INSERT, UPDATE or DELETE in a common table expression.
        self._find, self._insert = CompiledStatement(new_pair), CompiledStatement(insert_pair(sqlite, new_pair))
        self._delete = CompiledStatement(delete_pair)
        self._increment, self._decrement = (
            CompiledStatement(count(objects.c.id == OBJECT_ID, change)) for change in (+1, -1)
        )

    def set(self, writer: TransactionRunner, object_id: int, user_id: int) -> bool:
        """Set the relation if it is not set, and commit. Return False if no such object is visible."""
        params = {"object_id": object_id, "user_id": user_id}
        if writer.has_data_changing_ctes:
            return writer.execute(self._set_at_once, params).first() is not None
        return writer.run(lambda connection: self._set_in_steps(connection, params))

    def unset(self, writer: TransactionRunner, object_id: int, user_id: int) -> None:
        """Remove the relation if it is set, and commit."""
        params = {"object_id": object_id, "user_id": user_id}
        if writer.has_data_changing_ctes:
            writer.execute(self._unset_at_once, params)
        else:
            writer.run(lambda connection: self._unset_in_steps(connection, params))

    def _set_in_steps(self, connection: Any, params) -> bool:
        if connection.execute(self._insert, params).rowcount > 0:
            connection.execute(self._increment, params)
            return True
        return connection.execute(self._find, params).first() is not None

    def _unset_in_steps(self, connection: Any, params) -> None:
        if connection.execute(self._delete, params).rowcount > 0:
            connection.execute(self._decrement, params)
