"""Numbers that the server publishes about itself."""

from sqlalchemy import text

from joindin.performance.read_models.bucket_counts import total_count_sql
from joindin.performance.sql.compiled import CompiledStatement

_USERS, _EVENTS = total_count_sql("'users'"), total_count_sql("'events'")
_USAGE = CompiledStatement(text(f"SELECT {_USERS} AS users, {_EVENTS} AS events"))


def count_usage(connection):
    """Return the numbers of active ``users`` and visible ``events``, from counters."""
    return connection.execute(_USAGE).one()
