"""Scope that each route of the Gancio API requires of a token."""

from joindin.http.token_scopes import OWN_DATA, PUBLIC

ROUTES = {
    "/api/client": PUBLIC,
    "/api/client/{client_id}": OWN_DATA,
    "/api/clients": OWN_DATA,
}
