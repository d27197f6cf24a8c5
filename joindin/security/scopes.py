"""Scopes of tokens, and their descriptions for the consent page."""

from collections.abc import Iterable

PUBLIC_READ, PUBLIC_WRITE = "PUBLIC_READ", "PUBLIC_WRITE"
ME_READ, ME_WRITE = "ME_READ", "ME_WRITE"
CONFIDENTIAL_READ, CONFIDENTIAL_WRITE = "CONFIDENTIAL_READ", "CONFIDENTIAL_WRITE"

# The texts of ephios (spec 3), with what the other APIs add.
SCOPE_DESCRIPTIONS = {
    PUBLIC_READ: "Read public data like available events and shifts, and talks",
    PUBLIC_WRITE: "Write public data like available events and shifts, and talks and comments in your name",
    ME_READ: "Read own personal data and participations, with the e-mail address and the tokens",
    ME_WRITE: "Write own personal data and participations",
    CONFIDENTIAL_READ: "Read confidential data like all users profile and participations, and events that wait for approval",
    CONFIDENTIAL_WRITE: "Write confidential data like all users profile and participations, and pending events and hosts",
}
SCOPES = tuple(SCOPE_DESCRIPTIONS)
ALL_SCOPES = " ".join(SCOPES)

# The only scope of Gancio's applications, and the scopes that it grants.
GANCIO_CLIENT_SCOPE = "event:write"
GANCIO_GRANTED_SCOPES = f"{PUBLIC_READ} {PUBLIC_WRITE} {ME_READ}"


def parse_scopes(text: str | None) -> tuple[str, ...]:
    """Return the scopes in a space-separated text, in the order of ``SCOPES``, each once.

    :raises ValueError: for an unknown scope.
    """
    names = (text or "").split()
    if unknown := sorted(set(names) - set(SCOPES)):
        raise ValueError(f"There is no scope {unknown[0][:40]!r}")
    return tuple(scope for scope in SCOPES if scope in names)


def join_scopes(scopes: Iterable[str]) -> str:
    """Return the form in which scopes are stored and sent."""
    scopes = set(scopes)
    return " ".join(scope for scope in SCOPES if scope in scopes)
