"""Requests that an application makes in its own name, with its key and secret in the body."""

from collections.abc import Callable
from functools import wraps

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.queries.accounts.api_tokens import authenticate_trusted_client
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.resources.v2_1.openapi import fails_with
from joindin.resources.v2_1.request_params import get_params

MSG_CLIENT_NOT_TRUSTED = "This client cannot perform this action"


class ClientCredentialsSchema(ObjectSchema):
    client_id = string("web2", "The key of an application that is trusted with passwords.")
    client_secret = string("web2secret")


def require_trusted_client(method: Callable) -> Callable:
    """Allow only applications that are trusted with passwords.

    :raises Forbidden: for other applications and for a wrong secret.
    """

    @wraps(method)
    def guarded(self, *args, **kwargs):
        params = get_params()
        if authenticate_trusted_client(db.session, params.text("client_id"), params.text("client_secret")) is None:
            raise Forbidden(MSG_CLIENT_NOT_TRUSTED)
        return method(self, *args, **kwargs)

    return fails_with({403: MSG_CLIENT_NOT_TRUSTED})(guarded)
