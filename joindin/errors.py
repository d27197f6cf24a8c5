"""Domain errors: the reasons for which a request is not carried out.

The message is written for the caller. The classes know no HTTP: each surface maps every class to a status and a body in
its ``errors.py``.
"""

from joindin.utils.messages import TranslatableMessage

MSG_UNAVAILABLE = "The service is temporarily unavailable. Try again in a few seconds"


class DomainError(Exception):
    """Base class. ``str()`` is the message for the caller. Pages translate it, with ``%(name)s`` in place of a value."""

    def __init__(self, message: str = "", **values: object):
        self.message = TranslatableMessage(message, **values)
        super().__init__(str(self.message))


class Unauthenticated(DomainError):
    """The request needs a signed-in user."""


class Forbidden(DomainError):
    """The signed-in user does not have the permission."""


class InsufficientScope(DomainError):
    """The token is valid but lacks ``scope`` (RFC 6750)."""

    def __init__(self, message: str, scope: str):
        super().__init__(message)
        self.scope = scope


class NotFound(DomainError):
    """The object does not exist, or the caller may not see it."""


class InvalidInput(DomainError):
    """The input is not acceptable as it is."""


class MethodNotAllowed(DomainError):
    """The resource exists but does not support this method."""


class Conflict(DomainError):
    """The input contradicts stored data."""


class DuplicateEvent(Conflict):
    """The caller has submitted the same event a moment ago. ``event_id`` is the first one."""

    def __init__(self, message: str, event_id: int):
        super().__init__(message)
        self.event_id = event_id


class Unprocessable(DomainError):
    """The input is well-formed but refers to nothing that exists."""


class NotConfigured(DomainError):
    """The operator of this platform has not configured the feature."""


class AddressTooLong(DomainError):
    """The path or the query string exceeds its limit."""


class PayloadTooLarge(DomainError):
    """The input exceeds a size limit."""


class UnsupportedCoding(DomainError):
    """The body is compressed or otherwise encoded."""


class RateLimited(DomainError):
    """The caller has used up a rate limit of ``max_count`` in ``window`` seconds; ``retry_after`` is in seconds."""

    def __init__(self, message: str, retry_after: int, *, max_count: int | None = None, window: int | None = None):
        super().__init__(message)
        self.retry_after = retry_after
        self.max_count, self.window = max_count, window


class ServiceUnavailable(DomainError):
    """The database does not answer. A write may have been executed; the caller decides whether to repeat it.

    ``retry_after`` is in seconds.
    """

    def __init__(self, message: str = MSG_UNAVAILABLE, retry_after: int = 5):
        super().__init__(message)
        self.retry_after = retry_after


class Overloaded(ServiceUnavailable):
    """Too many expensive requests at the same time. Nothing was executed; ``retry_after`` is in seconds."""
