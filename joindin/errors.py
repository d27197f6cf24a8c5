"""The few ways the house refuses.

Raise one anywhere with the sentence the caller should read. Nothing here knows HTTP: each
surface gives a refusal its own status and dialect in ``resources/<surface>/errors.py``.
"""


class DomainError(Exception):
    """Somebody asked for something that will not be done; ``str()`` is the sentence to read."""


class Unauthenticated(DomainError):
    """It takes an account, and nobody is signed in."""


class Forbidden(DomainError):
    """Somebody is signed in, but not somebody who may."""


class InsufficientScope(DomainError):
    """The token is good, but not for that; it lacks ``scope``."""

    def __init__(self, message: str, scope: str):
        super().__init__(message)
        self.scope = scope


class NotFound(DomainError):
    """There is no such thing, or none that the caller may see."""


class InvalidInput(DomainError):
    """What was sent cannot be accepted as it is."""


class MethodNotAllowed(DomainError):
    """There is such a place, but not this way of using it."""


class Conflict(DomainError):
    """What was sent does not fit what is already stored."""


class Unprocessable(DomainError):
    """What was sent is well formed but means nothing here."""


class NotConfigured(DomainError):
    """Whoever runs this platform did not set that up."""


class PayloadTooLarge(DomainError):
    """More was sent than the house takes in at once."""


class RateLimited(DomainError):
    """The same caller asked too many times; ``retry_after`` is in seconds."""

    def __init__(self, message: str, retry_after: int):
        super().__init__(message)
        self.retry_after = retry_after


MSG_UNAVAILABLE = "The service is temporarily unavailable. Try again in a few seconds"


class ServiceUnavailable(DomainError):
    """The database does not answer. A write may have been executed; the caller decides whether to repeat it.

    ``retry_after`` is in seconds.
    """

    def __init__(self, message: str = MSG_UNAVAILABLE, retry_after: int = 5):
        super().__init__(message)
        self.retry_after = retry_after
