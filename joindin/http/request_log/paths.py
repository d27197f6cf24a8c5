"""Paths of requests without secrets, for logs.

Tokens in addresses open calendars, shared schedules and accounts. The log contains the template of the route, and the path with
these values replaced. Query strings are never logged: they contain tokens, codes and searches.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from werkzeug.routing import Map

MASK = "***"
MAX_LOGGED_PATH = 500

# Arguments of routes that are secrets, or addresses of people.
SECRET_ARGUMENTS = frozenset(("access_token", "code", "email", "query", "token"))

# Shorter segments of an address without route are no token: the shortest has 16 characters.
MIN_SECRET_LENGTH = 12

_SAFE = "/!$&'()*+,;=:@~"
_ARGUMENT = re.compile(r"<(?:[^<>]*:)?([^<>:]+)>")


def list_literal_segments(url_map: Map) -> frozenset[str]:
    """Return the segments of all routes that are no arguments."""
    return frozenset(
        segment for rule in url_map.iter_rules() for segment in rule.rule.split("/") if segment and "<" not in segment
    )


def mask_route_path(rule: str, arguments: Mapping[str, object]) -> str:
    """Return the percent-encoded path of a route with its arguments, secrets replaced."""
    if not arguments:
        return rule
    return _ARGUMENT.sub(lambda match: _mask_argument(match[1], arguments), rule)[:MAX_LOGGED_PATH]


def mask_unknown_path(path: str, literals: Iterable[str]) -> str:
    """Return the percent-encoded path of an address without route. Segments that may be tokens are replaced.

    ``path`` is ``PATH_INFO`` of WSGI.
    """
    encoded = "/".join(_mask_segment(segment, literals) for segment in path[:MAX_LOGGED_PATH].split("/"))
    return encoded[:MAX_LOGGED_PATH]


def _mask_argument(name, arguments):
    if name in SECRET_ARGUMENTS:
        return MASK
    # The rest of a path may continue like the path of another route, which has a token.
    first, *others = str(arguments.get(name, "")).split("/")
    return "/".join([quote(first, _SAFE), *(_mask_segment(each, (), "utf-8") for each in others)])


def _mask_segment(segment, literals, encoding="latin-1"):
    if len(segment) >= MIN_SECRET_LENGTH and segment not in literals:
        return MASK
    return quote(segment, _SAFE, encoding, "replace")
