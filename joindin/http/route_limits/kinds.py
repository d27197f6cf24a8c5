"""Kinds of rate limits: numbers of requests by the cost of what a route does."""

import datetime as dt
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class RouteLimit:
    """Attempts within the window: of one user, of all users in one network, and of visitors in one network.

    Without a number for visitors their requests are not counted, because the route refuses them. Visitors
    have one count for all routes of a ``bucket``.
    """

    user: int
    network: int
    visitors: int = 0
    window: dt.timedelta = dt.timedelta(hours=1)
    bucket: str | None = None


@dataclass(frozen=True)
class Unlimited:
    """An exception from the limits, with its reason."""

    reason: str


# Routes that store little and send no mail.
EDIT = RouteLimit(1_000, 10_000)
# Routes that mail other people, hash a password, decode an image, fetch from another server or create credentials.
COSTLY = RouteLimit(100, 1_000)
# Each sign-up or withdrawal mails all responsible people. Many volunteers of an event share one network.
SIGNUP = RouteLimit(200, 10_000)
EXPORT = RouteLimit(20, 200)
# Forms for everyone that send a mail or hash a password.
PUBLIC_FORM = RouteLimit(100, 100, visitors=100)
# Sign-in and token endpoints. A web site signs in all its users from one address.
SIGN_IN = RouteLimit(10_000, 10_000, visitors=10_000)
# Routes of Gancio's API by which visitors store or send something: six requests in five minutes to all of them together
# (contract, section 2). Importers, which have a token, are hardly limited.
GANCIO_FORM = RouteLimit(10_000, 100_000, visitors=6, window=dt.timedelta(minutes=5), bucket="gancio forms")
GANCIO_ACCOUNT_FORM = replace(GANCIO_FORM, user=100, network=1_000)
GANCIO_IMPORT = replace(GANCIO_FORM, visitors=0)
REGISTER_CLIENT = replace(GANCIO_FORM, user=6, network=60)
# Visitors read other sites through this server.
IMPORT = RouteLimit(100, 1_000, visitors=100)
# Stars and the like without an account. The visitors of a conference may share one network.
GUEST_FORM = RouteLimit(1_000, 20_000, visitors=5_000)
PUBLIC_COMMENT = RouteLimit(300, 5_000)

TOGGLE = Unlimited("sets one row of the user and this object, sends nothing, and repeating it changes nothing")
ANSWERS_ERROR = Unlimited("answers with an error")
ENDS_SESSION = Unlimited("ends sessions of the user; signing out must always be possible")
GUEST_FEEDBACK = Unlimited("counts devices and networks itself (operations/feedback/limits.py)")
