"""Statements that short writes share (``writing.py``), put together once."""

from sqlalchemy import Integer, Table, bindparam, insert, update

from joindin.performance.sql.compiled import CompiledStatement


def increment_counters(things: Table, thing: str, **changes) -> CompiledStatement:
    """Add ``changes`` to the counters of the row whose id is given as ``thing``, and move its version."""
    counters = {name: things.c[name] + change for name, change in changes.items()}
    counted = update(things).where(things.c.id == bindparam(thing, type_=Integer))
    return CompiledStatement(counted.values(counters | {"version": things.c.version + 1}))


def insert_comment_statement(comments: Table, given: str) -> CompiledStatement:
    """Add a comment that is not hidden, of the columns ``given``. Its id comes back."""
    values = {name: bindparam(name) for name in given.split()}
    return CompiledStatement(
        insert(comments).values(values | {"is_hidden": False, "version": 1}).returning(comments.c.id)
    )
