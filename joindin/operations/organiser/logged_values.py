"""Values of edited things as the audit log stores them."""

import datetime as dt
from collections.abc import Mapping

# Length to which the audit log stores texts.
MAX_LOGGED_LENGTH = 200


def find_changes(before: Mapping, after: Mapping) -> dict[str, list]:
    """Return the old and the new value of each field whose value changed."""
    return {name: [_logged(name, v[name]) for v in (before, after)] for name in after if before[name] != after[name]}


def _logged(name, value):
    """Return a value as the audit log stores it: of an e-mail address the domain, because the log outlives the contact."""
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if name == "contact_address" and "://" not in value:
        return f"…@{value.rpartition('@')[2]}"
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return text if len(text) <= MAX_LOGGED_LENGTH else f"{text[: MAX_LOGGED_LENGTH - 1]}…"
