"""Search texts as patterns for LIKE and for the trigram index."""

import re

from joindin.utils.text import MAX_SEARCH_PATTERN_LENGTH, fold_case_accents

# The trigram index does not contain shorter parts.
MIN_INDEXED_LENGTH = 3
_TOKEN = re.compile(r"\\(.)|([%_])|(.)", re.DOTALL)


def like_pattern(text: str) -> str:
    """Return a LIKE pattern for names that contain ``text``; its wildcards apply, as in the original."""
    return f"%{fold_case_accents(text)[:MAX_SEARCH_PATTERN_LENGTH]}%"


def literal_pattern(text: str) -> str:
    """Return a LIKE pattern for names that contain ``text`` literally."""
    return like_pattern(escape_wildcards(text))


def escape_wildcards(text: str) -> str:
    """Return the folded text for a query in which the wildcards of LIKE apply. Folding makes them of full-width forms."""
    return re.sub(r"([\\%_])", r"\\\1", fold_case_accents(text))


def like_param(name: str) -> str:
    """Return SQL for a LIKE pattern that is the parameter ``name``.

    As an expression: SQLite prepares a statement again at each execution if the pattern is a bare parameter.
    """
    return f"('' || :{name}) ESCAPE '\\'"


def trigram_match(pattern: str) -> str | None:
    """Return an FTS5 query that matches a superset of a LIKE pattern, or None if all literal parts are too short."""
    parts = [part for part in _literal_parts(pattern) if len(part) >= MIN_INDEXED_LENGTH]
    return " AND ".join('"{}"'.format(part.replace('"', '""')) for part in parts) or None


def _literal_parts(pattern):
    part = ""
    for escaped, wildcard, plain in _TOKEN.findall(pattern):
        if wildcard:
            yield part
            part = ""
        else:
            part += escaped or plain
    yield part
