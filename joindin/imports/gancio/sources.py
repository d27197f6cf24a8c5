"""Interface of sources of a Gancio import, and the columns that are read.

A source yields the rows of a table in batches, in the order of their ids. The rows of ``events`` have their tags in ``tags``.
"""

from collections.abc import Iterator
from typing import Protocol

from joindin.errors import DomainError

EVENTS, MEDIA = "events", "media"
_DATES = ("createdAt", "updatedAt")

# By table: the columns that are read, the key first. A column or table that is missing in an older version is NULL or empty.
COLUMNS = {
    "settings": ("key", "value", "is_secret"),
    "users": (
        "id",
        "email",
        "display_name",
        "description",
        "password",
        "role",
        "is_admin",
        "is_active",
        *_DATES,
    ),
    "places": ("id", "name", "address", "latitude", "longitude", *_DATES),
    "tags": ("tag",),
    EVENTS: (
        "id",
        "title",
        "slug",
        "description",
        "multidate",
        "start_datetime",
        "end_datetime",
        "is_visible",
        "recurrent",
        "parentId",
        "placeId",
        "userId",
        "online_locations",
        "likes",
        "boost",
        "apUserApId",
        *_DATES,
    ),
    "messages": ("id", "message", "eventId", "author", "is_author_visible", *_DATES),
    "collections": ("id", "name", "isTop", "sortIndex"),
    "filters": ("id", "tags", "places", "actors", "negate", "collectionId"),
    "announcements": ("id", "title", "announcement", "visible", *_DATES),
    "pages": ("id", "title", "content", "slug", "visible", *_DATES),
    "oauth_clients": ("id", "name", "client_secret", "scopes", "redirectUris", "website", "createdAt"),
    "oauth_tokens": ("accessToken", "refreshToken", "clientId", "userId", "createdAt"),
}
# Tables that are counted and left out, with the reason.
LEFT_OUT_TABLES = {
    "ap_users": "actors of other servers: federation is not imported",
    "instances": "other servers: federation is not imported",
    "resources": "replies from other servers: federation is not imported",
    "notifications": "rules for mails: they are those of this server",
    "tasks": "work in progress of the other server",
    "oauth_codes": "codes for a sign-in in progress",
}


class SourceError(DomainError):
    """The source cannot be read completely."""


class Source(Protocol):
    # Host name of the other server, or another text that tells it from others.
    identity: str
    # Its time zone, if the settings do not tell it.
    zone: str | None

    def counts(self) -> dict[str, int]:
        """Return the number of rows by table; tables that the source does not have are missing."""

    def batches(self, table: str) -> Iterator[list[dict]]:
        """Yield the rows by column name; nothing if there is no such table. ``media`` has ``id`` and ``media`` of events."""

    def highest_id(self, table: str) -> int:
        """Return the highest id that a row of the table has; 0 if it is unknown or has no numbers."""

    def close(self) -> None: ...
