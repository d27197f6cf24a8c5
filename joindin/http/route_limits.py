"""Table of the rate limits of routes: how often one user, and one network, may call a route that changes or sends something.

The table has an entry for every route with another method than ``GET``. ``request_limits.py`` counts the requests. Guesses of passwords
and codes, and mails to one address, have limits of their own in ``operations/rate_limits.py``.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.routing import Rule

from joindin.http.token_scopes import documented_path
from joindin.http.trailing_slash import REDIRECT_ENDPOINT_SUFFIX

READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class RouteLimit:
    """Attempts within the window: of one user, of all users in one network, and of visitors in one network.

    Without a number for visitors their requests are not counted, because the route refuses them.
    """

    user: int
    network: int
    visitors: int = 0
    window: dt.timedelta = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Unlimited:
    """An exception from the limits, with its reason."""

    reason: str


# Routes that store little and send no mail.
EDIT = RouteLimit(1_000, 10_000)
# Routes that mail other people, hash a password, decode an image, fetch from another server or create credentials.
COSTLY = RouteLimit(100, 1_000)
EXPORT = RouteLimit(20, 200)
# Forms for everyone that send a mail or hash a password.
PUBLIC_FORM = RouteLimit(100, 100, visitors=100)
# Sign-in and token endpoints. A web site signs in all its users from one address.
SIGN_IN = RouteLimit(10_000, 10_000, visitors=10_000)
REGISTER_CLIENT = RouteLimit(6, 60, visitors=6, window=dt.timedelta(minutes=5))
PUBLIC_COMMENT = RouteLimit(300, 5_000)

TOGGLE = Unlimited("sets one row of the user and this object, sends nothing, and repeating it changes nothing")
ANSWERS_ERROR = Unlimited("answers with an error")
ENDS_SESSION = Unlimited("ends sessions of the user; signing out must always be possible")

LIMITS: Mapping[str, RouteLimit | Unlimited | Mapping[str, RouteLimit | Unlimited]] = {
    # Fallbacks of v2.1, and paths where reading is the only method.
    "/": ANSWERS_ERROR,
    "/v2.1": ANSWERS_ERROR,
    "/v2.1/events/{rest}": ANSWERS_ERROR,
    "/v2.1/talks": ANSWERS_ERROR,
    "/v2.1/talks/{rest}": ANSWERS_ERROR,
    "/v2.1/talks/{talk_id}/{below}": ANSWERS_ERROR,
    "/v2.1/users/{rest}": ANSWERS_ERROR,
    "/v2.1/facebook/token": ANSWERS_ERROR,
    "/v2.1/twitter/request_token": ANSWERS_ERROR,
    "/v2.1/twitter/token": ANSWERS_ERROR,
    "/e/{path}": ANSWERS_ERROR,
    "/event/{path}": ANSWERS_ERROR,
    "/talk/{path}": ANSWERS_ERROR,
    "/user/{path}": ANSWERS_ERROR,
    # Events.
    "/v2.1/events": COSTLY,
    "/v2.1/events/{event_id}": EDIT,
    "/v2.1/events/{event_id}/approval": EDIT,
    "/v2.1/events/{event_id}/attending": TOGGLE,
    "/v2.1/events/{event_id}/comments": PUBLIC_COMMENT,
    "/v2.1/events/{event_id}/hosts": COSTLY,
    "/v2.1/events/{event_id}/hosts/{user_id}": EDIT,
    "/v2.1/events/{event_id}/images": COSTLY,
    "/v2.1/events/{event_id}/submission": COSTLY,
    "/v2.1/events/{event_id}/talks": EDIT,
    "/v2.1/events/{event_id}/tracks": EDIT,
    "/v2.1/event_comments/{comment_id}/reported": {"POST": COSTLY, "PUT": EDIT},
    "/v2.1/tracks/{track_id}": EDIT,
    # Talks.
    "/v2.1/talks/{talk_id}": EDIT,
    "/v2.1/talks/{talk_id}/comments": PUBLIC_COMMENT,
    "/v2.1/talks/{talk_id}/links": EDIT,
    "/v2.1/talks/{talk_id}/links/{link_id}": EDIT,
    "/v2.1/talks/{talk_id}/speakers": {"POST": COSTLY, "DELETE": COSTLY},
    "/v2.1/talks/{talk_id}/speakers/{user_id}": EDIT,
    "/v2.1/talks/{talk_id}/starred": TOGGLE,
    "/v2.1/talks/{talk_id}/tracks": EDIT,
    "/v2.1/talks/{talk_id}/tracks/{track_id}": EDIT,
    "/v2.1/talk_comments/{comment_id}": EDIT,
    "/v2.1/talk_comments/{comment_id}/reported": {"POST": COSTLY, "PUT": EDIT},
    # Accounts and credentials of v2.1.
    "/v2.1/applications": COSTLY,
    "/v2.1/applications/{client_id}": COSTLY,
    "/v2.1/contact": PUBLIC_FORM,
    "/v2.1/emails/reminders/password": PUBLIC_FORM,
    "/v2.1/emails/reminders/username": PUBLIC_FORM,
    "/v2.1/emails/verifications": PUBLIC_FORM,
    "/v2.1/personal_tokens": COSTLY,
    "/v2.1/personal_tokens/{token_id}": EDIT,
    "/v2.1/token": SIGN_IN,
    "/v2.1/token/{token_id}": EDIT,
    "/v2.1/users": PUBLIC_FORM,
    "/v2.1/users/passwords": PUBLIC_FORM,
    "/v2.1/users/verifications": PUBLIC_FORM,
    "/v2.1/users/{user_id}": {"PUT": COSTLY, "DELETE": EDIT},
    # Administration in v2.1.
    "/v2.1/groups": EDIT,
    "/v2.1/groups/{group_id}": EDIT,
    "/v2.1/groups/{group_id}/members": EDIT,
    "/v2.1/groups/{group_id}/members/{user_id}": EDIT,
    "/v2.1/groups/{group_id}/permissions": EDIT,
    "/v2.1/groups/{group_id}/presets": EDIT,
    "/v2.1/permissions/{permission_id}": EDIT,
    "/v2.1/rejection_reasons": EDIT,
    "/v2.1/rejection_reasons/{reason_id}": EDIT,
    "/v2.1/users/{user_id}/permissions": EDIT,
    "/v2.1/users/{user_id}/roles": EDIT,
    "/v2.1/users/{user_id}/talk_comments": EDIT,
    "/v2.1/users/{user_id}/access": COSTLY,
    "/v2.1/users/{user_id}/trusted": EDIT,
    # OAuth, in both dialects, and registration of applications by themselves.
    "/api/client": REGISTER_CLIENT,
    "/api/login/token": SIGN_IN,
    "/api/oauth/authorize/": COSTLY,
    "/api/oauth/introspect/": SIGN_IN,
    "/api/oauth/revoke_token/": SIGN_IN,
    "/api/oauth/token/": SIGN_IN,
    "/oauth/authorize": COSTLY,
    "/oauth/login": SIGN_IN,
    "/oauth/token": SIGN_IN,
    # Account pages.
    "/accounts/claims/{claim_id}/": EDIT,
    "/accounts/confirm/": COSTLY,
    "/accounts/data/": EXPORT,
    "/accounts/delete/": COSTLY,
    "/accounts/email/": COSTLY,
    "/accounts/email/confirm/": PUBLIC_FORM,
    "/accounts/external/confirm/": COSTLY,
    "/accounts/external/connect/": COSTLY,
    "/accounts/external/disconnect/": COSTLY,
    "/accounts/login/": SIGN_IN,
    "/accounts/logout/": ENDS_SESSION,
    "/accounts/logout/everywhere/": ENDS_SESSION,
    "/accounts/mails/": EDIT,
    "/accounts/mails/{token}": PUBLIC_FORM,
    "/accounts/password/": COSTLY,
    "/accounts/password/new/": PUBLIC_FORM,
    "/accounts/login/confirmation/": PUBLIC_FORM,
    "/accounts/password/reset/": PUBLIC_FORM,
    "/accounts/profile/": COSTLY,
    "/accounts/register/": PUBLIC_FORM,
    "/accounts/second/": SIGN_IN,
    "/accounts/security/authenticator/": COSTLY,
    "/accounts/security/authenticator/remove/": COSTLY,
    "/accounts/security/codes/": COSTLY,
    "/accounts/security/passkeys/add/": COSTLY,
    "/accounts/security/passkeys/{passkey_id}/remove/": COSTLY,
    "/accounts/security/password/": COSTLY,
    "/accounts/sessions/{session_id}/revoke/": ENDS_SESSION,
    "/accounts/verify/": PUBLIC_FORM,
    # Applications and tokens, on the pages of users and of the operator.
    "/accounts/applications/register/": COSTLY,
    "/accounts/applications/{client_id}/delete/": COSTLY,
    "/accounts/applications/{client_id}/secret/": COSTLY,
    "/accounts/applications/{client_id}/update/": COSTLY,
    "/api/settings/applications/register/": COSTLY,
    "/api/settings/applications/{client_id}/delete/": COSTLY,
    "/api/settings/applications/{client_id}/secret/": COSTLY,
    "/api/settings/applications/{client_id}/update/": COSTLY,
    "/api/settings/token/create/": COSTLY,
    "/api/settings/token/revoke/": EDIT,
    "/api/settings/token/withdraw/": EDIT,
    # Administration pages.
    "/desk/claims/{claim_id}/": EDIT,
    "/desk/events/{event_id}/approval/": EDIT,
    "/desk/events/{event_id}/rejection/": EDIT,
    "/desk/groups/": EDIT,
    "/desk/groups/{group_id}/members/": EDIT,
    "/desk/groups/{group_id}/members/{user_id}/removal/": EDIT,
    "/desk/groups/{group_id}/name/": EDIT,
    "/desk/groups/{group_id}/permissions/": EDIT,
    "/desk/groups/{group_id}/permissions/{permission_id}/removal/": EDIT,
    "/desk/groups/{group_id}/presets/": EDIT,
    "/desk/groups/{group_id}/removal/": EDIT,
    "/desk/people/{user_id}/removal/": EDIT,
    "/desk/people/{user_id}/secure/": COSTLY,
    "/desk/people/{user_id}/roles/": EDIT,
    "/desk/people/{user_id}/talk_comments/": EDIT,
    "/desk/reasons/": EDIT,
    "/desk/reasons/{reason_id}/": EDIT,
    "/desk/reasons/{reason_id}/removal/": EDIT,
    "/desk/reports/events/{comment_id}/": EDIT,
    "/desk/reports/talks/{comment_id}/": EDIT,
}


def find_route_limit(rule: Rule, method: str) -> RouteLimit | Unlimited | None:
    """Return the limit of a route; None if the table does not have it."""
    if method in READ_METHODS:
        return Unlimited("reads")
    if rule.endpoint.endswith(REDIRECT_ENDPOINT_SUFFIX):
        return Unlimited("redirects to the address with a slash")
    entry = LIMITS.get(documented_path(rule))
    return entry.get(method) if isinstance(entry, Mapping) else entry
