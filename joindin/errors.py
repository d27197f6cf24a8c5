"""The few ways the house refuses.

Raise one anywhere with the sentence the caller should read. Nothing here knows HTTP: each
surface gives a refusal its own status and dialect in ``resources/<surface>/errors.py``.
"""


class Refused(Exception):
    """Somebody asked for something that will not be done; ``str()`` is the sentence to read."""


class NotSignedIn(Refused):
    """It takes an account, and nobody is signed in."""


class NotAllowed(Refused):
    """Somebody is signed in, but not somebody who may."""


class OutOfScope(Refused):
    """The token is good, but not for that; it lacks ``scope``."""

    def __init__(self, message: str, scope: str):
        super().__init__(message)
        self.scope = scope


class NotFound(Refused):
    """There is no such thing, or none that the caller may see."""


class Invalid(Refused):
    """What was sent cannot be accepted as it is."""


class MethodNotSupported(Refused):
    """There is such a place, but not this way of using it."""


class Conflict(Refused):
    """What was sent does not fit what is already stored."""


class Unprocessable(Refused):
    """What was sent is well formed but means nothing here."""


class NotConfigured(Refused):
    """Whoever runs this platform did not set that up."""


class TooLarge(Refused):
    """More was sent than the house takes in at once."""


class TooOften(Refused):
    """The same caller asked too many times; ``retry_after`` is in seconds."""

    def __init__(self, message: str, retry_after: int):
        super().__init__(message)
        self.retry_after = retry_after
