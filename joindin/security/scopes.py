"""What a token may be good for, and how people are told."""

from collections.abc import Iterable

PUBLIC_READ, PUBLIC_WRITE = "PUBLIC_READ", "PUBLIC_WRITE"
ME_READ, ME_WRITE = "ME_READ", "ME_WRITE"
CONFIDENTIAL_READ, CONFIDENTIAL_WRITE = "CONFIDENTIAL_READ", "CONFIDENTIAL_WRITE"

SCOPE_DESCRIPTIONS = {
    PUBLIC_READ: "Read what is public, such as events, talks and shifts",
    PUBLIC_WRITE: "Add and change what is public, such as events, talks and comments, in your name",
    ME_READ: "Read your own profile, your keys and what you signed up for",
    ME_WRITE: "Change your own profile and what you signed up for",
    CONFIDENTIAL_READ: "Read what only you and your role may see, such as other people's profiles and what waits for approval",
    CONFIDENTIAL_WRITE: "Change what only your role may change, such as other people's accounts and what waits for approval",
}
SCOPES = tuple(SCOPE_DESCRIPTIONS)
ALL_SCOPES = " ".join(SCOPES)

# The one that Gancio's applications know, and what it stands for.
GANCIO_CLIENT_SCOPE = "event:write"
GANCIO_GRANTED_SCOPES = f"{PUBLIC_READ} {PUBLIC_WRITE} {ME_READ}"


def parse_scopes(text: str | None) -> tuple[str, ...]:
    """The scopes in a text that has spaces between them, in their own order, each once.

    :raises ValueError: for one that nobody knows.
    """
    wanted = (text or "").split()
    if unknown := sorted(set(wanted) - set(SCOPES)):
        raise ValueError(f"There is no scope {unknown[0][:40]!r}")
    return tuple(scope for scope in SCOPES if scope in wanted)


def join_scopes(scopes: Iterable[str]) -> str:
    """How scopes are stored and sent."""
    scopes = set(scopes)
    return " ".join(scope for scope in SCOPES if scope in scopes)
