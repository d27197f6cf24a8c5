"""Statements that short writes share (``writing.py``), put together once."""

from sqlalchemy import Integer, Table, bindparam, insert, update

from joindin.performance.sql.compiled import Prepared


def counting(things: Table, thing: str, **changes) -> Prepared:
    """Add ``changes`` to the counters of the row whose id is given as ``thing``, and move its version."""
    counters = {name: things.c[name] + change for name, change in changes.items()}
    counted = update(things).where(things.c.id == bindparam(thing, type_=Integer))
    return Prepared(counted.values(counters | {"version": things.c.version + 1}))


def adding_comment(comments: Table, given: str) -> Prepared:
    """Add a comment that is not hidden, of the columns ``given``. Its id comes back."""
    values = {name: bindparam(name) for name in given.split()}
    return Prepared(insert(comments).values(values | {"is_hidden": False, "version": 1}).returning(comments.c.id))
