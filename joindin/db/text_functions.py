"""SQL functions on text that the databases name differently."""

import sqlite3

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class lower_text(FunctionElement):
    """The text in lower case, of all alphabets. SQLite's own function knows ASCII only."""

    type = String()
    inherit_cache = True
    name = "lower_text"


@compiles(lower_text)
def _compile_default(element, compiler, **kwargs):
    return f"lower({compiler.process(element.clauses, **kwargs)})"


@compiles(lower_text, "sqlite")
def _compile_sqlite(element, compiler, **kwargs):
    return f"lower_text({compiler.process(element.clauses, **kwargs)})"


class joined_words(FunctionElement):
    """The texts of a group, separated by spaces; NULL without any. The separator of SQLAlchemy's own function is part of the
    text of the statement only when it is executed, too late for a ``CompiledStatement``.
    """

    type = String()
    inherit_cache = True
    name = "joined_words"


@compiles(joined_words)
def _compile_default_join(element, compiler, **kwargs):
    return f"string_agg({compiler.process(element.clauses, **kwargs)}, ' ')"


@compiles(joined_words, "sqlite")
def _compile_sqlite_join(element, compiler, **kwargs):
    return f"group_concat({compiler.process(element.clauses, **kwargs)}, ' ')"


def register_functions(connection: sqlite3.Connection) -> None:
    connection.create_function("lower_text", 1, _lower, deterministic=True)


def _lower(text):
    return text.lower() if isinstance(text, str) else text
