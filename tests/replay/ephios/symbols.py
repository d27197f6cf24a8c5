"""Comparison of answers with captured ones in which symbols stand for values of the run."""

import re

SYMBOL = re.compile(
    r"<new>|<now>|<(?:access|refresh)_token of (\d+)>|<time>|<code>|<state>|<code_challenge>|<n>|<token>"
)
PATTERNS = {
    "<time>": r"\d+",
    "<new>": r"\d+",
    "<n>": r"\d+",
    "<now>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)",
}


def match_symbols(shown, expected) -> bool:
    """Return whether two values are equal, keys in order, apart from the symbols in ``expected``."""
    if isinstance(expected, dict):
        return (
            isinstance(shown, dict)
            and list(shown) == list(expected)
            and all(match_symbols(shown[key], expected[key]) for key in expected)
        )
    if isinstance(expected, list):
        return isinstance(shown, list) and len(shown) == len(expected) and all(map(match_symbols, shown, expected))
    if isinstance(expected, str) and SYMBOL.search(expected):
        return re.fullmatch(_pattern(expected), str(shown)) is not None
    return shown == expected and type(shown) is type(expected)


def _pattern(text):
    parts, end = [], 0
    for symbol in SYMBOL.finditer(text):
        parts.append(re.escape(text[end : symbol.start()]))
        length = symbol[1]
        parts.append(rf"[A-Za-z0-9]{{{length}}}" if length else PATTERNS.get(symbol[0], r"[^&\s]+"))
        end = symbol.end()
    return "".join(parts) + re.escape(text[end:])
