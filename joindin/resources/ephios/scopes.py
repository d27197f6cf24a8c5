"""Scope that each route of the ephios API requires of a token."""

from joindin.http.token_scopes import ANY_SCOPE, OWN_DATA

ROUTES = {
    "/api/": ANY_SCOPE,
    "/api/users/me/": OWN_DATA,
}
