"""Marks that people set on things, counted there: whole transactions that are as short as can be.

Many set them at the same time, on the same few things.
"""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.writer import TransactionRunner

THING, USER = bindparam("thing", type_=Integer), bindparam("user", type_=Integer)


class CountedToggle:
    """The rows of ``table``, a pair of a person and a thing each; ``thing`` is the column that names the thing.

    ``counter`` of ``things`` is how many there are. What somebody marks has to be ``seen`` by everybody.
    """

    def __init__(self, table: Table, thing: str, *, things: Table, counter: str, seen: ColumnElement[bool]):
        mark = table.c[thing], table.c.user_id
        wanted = select(things.c.id, USER.label("user_id")).where(things.c.id == THING, seen)
        leaving = delete(table).where(mark[0] == THING, mark[1] == USER)

        def adding(dialect, of):
            return dialect.insert(table).from_select(mark, of).on_conflict_do_nothing()

        def counting(condition, change):
            counted = {things.c[counter]: things.c[counter] + change, things.c.version: things.c.version + 1}
            return update(things).where(condition).values(counted)

        def counting_rows(changing, change):
            changed = changing.returning(mark[0]).cte("changed")
            return counting(things.c.id == select(changed.c[0]).scalar_subquery(), change).returning(things.c.id)

        found = wanted.cte("found")
        added = counting_rows(adding(postgresql, select(found)), +1).cte("added")
        self._add_as_one = CompiledStatement(select(found.c.id).add_cte(added))
        self._remove_as_one = CompiledStatement(counting_rows(leaving, -1))
        self._find, self._add, self._remove = (
            CompiledStatement(wanted),
            CompiledStatement(adding(sqlite, wanted)),
            CompiledStatement(leaving),
        )
        self._count, self._discount = (CompiledStatement(counting(things.c.id == THING, change)) for change in (+1, -1))

    def set(self, writer: TransactionRunner, thing_id: int, user_id: int) -> bool:
        """Set a mark, or leave it where there is one; False if there is no such thing that everybody sees."""
        values = {"thing": thing_id, "user": user_id}
        if writer.has_data_changing_ctes:
            return writer.execute(self._add_as_one, values).first() is not None
        return writer.run(lambda connection: self._add_in_steps(connection, values))

    def unset(self, writer: TransactionRunner, thing_id: int, user_id: int) -> None:
        """Take a mark back, if there is one."""
        values = {"thing": thing_id, "user": user_id}
        if writer.has_data_changing_ctes:
            writer.execute(self._remove_as_one, values)
        else:
            writer.run(lambda connection: self._remove_in_steps(connection, values))

    def _add_in_steps(self, connection: Any, values) -> bool:
        if connection.execute(self._add, values).rowcount > 0:
            connection.execute(self._count, values)
            return True
        return connection.execute(self._find, values).first() is not None

    def _remove_in_steps(self, connection: Any, values) -> None:
        if connection.execute(self._remove, values).rowcount > 0:
            connection.execute(self._discount, values)
