"""Compiled statements that several write transactions use."""

from sqlalchemy import Integer, Table, bindparam, insert, update

from joindin.performance.sql.compiled import CompiledStatement


def increment_counters(table: Table, id_param: str, **changes) -> CompiledStatement:
    """Add ``changes`` to counters of the row with the id ``id_param``, and increment its version."""
    counters = {name: table.c[name] + change for name, change in changes.items()}
    statement = update(table).where(table.c.id == bindparam(id_param, type_=Integer))
    return CompiledStatement(statement.values(counters | {"version": table.c.version + 1}))


def insert_comment_statement(comments: Table, columns: str) -> CompiledStatement:
    """Insert a visible comment with these columns, separated by spaces, and return its id."""
    values = {name: bindparam(name) for name in columns.split()}
    return CompiledStatement(
        insert(comments).values(values | {"is_hidden": False, "version": 1}).returning(comments.c.id)
    )
