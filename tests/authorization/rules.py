"""Rules of authorization: for every method and path, the roles that the route admits.

A route without a rule fails the tests. The rules are written down here independently of the code; where a contract
is the source, its section is named in the resource.
"""

from dataclasses import dataclass

from tests.authorization.world import ROLES


@dataclass(frozen=True)
class Rule:
    """Roles that are admitted; all others are refused by 401, 403, the sign-in page, or one of ``refusals``.

    ``refusals`` are pairs of a status and the beginning of a message. A ``body`` is sent where the route decides by it.
    """

    roles: frozenset[str]
    refusals: tuple[tuple[int, str], ...] = ()
    body: dict | None = None


def admit(*roles, refusals=(), body=None):
    return Rule(frozenset(roles), tuple(refusals), body)


EVERYONE = admit(*ROLES)
SIGNED_IN = admit(*set(ROLES) - {"visitor"})
HOSTS = admit("host", "admin")
MODERATORS = admit("host", "other host", "admin")
SPEAKERS = admit("speaker", "host", "admin")
EDITORS = admit("editor", "admin")
MANAGERS = admit("manager", "admin")
READERS = admit("reader", "admin")
ADMINS = admit("admin")
# Requests of an application in its own name, with its secret.
APPLICATIONS = admit()
