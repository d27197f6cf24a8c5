"""What a search looks for, in the words of the indexes that find it."""

import re

from joindin.utils.text import MAX_SEARCH_PATTERN_LENGTH, fold_case_accents

# Shorter pieces are in no index.
SHORTEST = 3
_PART = re.compile(r"\\(.)|([%_])|(.)", re.DOTALL)


def like_pattern(text: str) -> str:
    """A LIKE pattern for names that hold ``text``, which may hold LIKE's wildcards, as in the original."""
    return f"%{fold_case_accents(text)[:MAX_SEARCH_PATTERN_LENGTH]}%"


def literal_pattern(text: str) -> str:
    """A LIKE pattern for names that hold just ``text``."""
    return like_pattern(re.sub(r"([\\%_])", r"\\\1", text))


def trigram_match(pattern: str) -> str | None:
    """FTS5's question for whatever a LIKE pattern may fit; None if nothing in it is long enough to be looked up."""
    pieces = [piece for piece in _literal_pieces(pattern) if len(piece) >= SHORTEST]
    return " AND ".join('"{}"'.format(piece.replace('"', '""')) for piece in pieces) or None


def _literal_pieces(pattern):
    piece = ""
    for escaped, wildcard, plain in _PART.findall(pattern):
        if wildcard:
            yield piece
            piece = ""
        else:
            piece += escaped or plain
    yield piece
