"""Settings of the site that decide what the list of events contains, read together with the list.

A process assumes that they are as it last read them. The statement of the list selects them as well, as a text in which they
can be compared, and a list for which they have changed is read again. The list therefore never needs a statement for them,
and always shows the settings that hold.
"""

import json
from functools import lru_cache

from sqlalchemy import text

from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.agenda.site_settings import DEFAULT_SETTINGS

KEYS = ("allow_multidate_event", "allow_recurrent_event", "collection_in_home", "recurrent_event_visible")
_ROWS = f"SELECT key, CAST(value AS text) AS value FROM site_settings WHERE key IN {KEYS} ORDER BY key"
# JSON contains no line breaks.
LIST_SETTINGS_SQL = {
    "sqlite": f"(SELECT group_concat(key || '=' || value, char(10)) FROM ({_ROWS}) changed)",
    "postgresql": f"(SELECT string_agg(key || '=' || value, chr(10) ORDER BY key) FROM ({_ROWS}) changed)",
}
_STATEMENTS = {name: CompiledStatement(text(f"SELECT {sql}")) for name, sql in LIST_SETTINGS_SQL.items()}


def load_list_settings(connection) -> str | None:
    """Return the changed settings as a text; None if all have their defaults."""
    return connection.scalar(_STATEMENTS[connection.dialect.name])


@lru_cache(maxsize=16)
def parse_list_settings(changed: str | None) -> dict:
    """Return the settings by key; the dict is shared and must not be changed."""
    pairs = (line.partition("=") for line in (changed or "").splitlines())
    return {key: DEFAULT_SETTINGS[key] for key in KEYS} | {key: json.loads(value) for key, _, value in pairs}
