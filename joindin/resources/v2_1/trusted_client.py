"""Requests that an application makes on its own account, with key and secret in the body."""

from collections.abc import Callable
from functools import wraps

from joindin.errors import NotAllowed
from joindin.extensions import db
from joindin.queries.accounts.api_tokens import trusted_client
from joindin.representations.schema_fields import Shape, text
from joindin.resources.v2_1.openapi import refuses
from joindin.resources.v2_1.request_params import params

NOT_BY_THIS_CLIENT = "This client cannot perform this action"


class ClientSchema(Shape):
    client_id = text("web2", "The key of an application that may sign people in.")
    client_secret = text("web2secret")


def by_trusted_client(method: Callable) -> Callable:
    """Let only applications that may sign people in.

    :raises NotAllowed: for any other, and for a wrong secret.
    """

    @wraps(method)
    def guarded(self, *args, **kwargs):
        given = params()
        if trusted_client(db.session, given.text("client_id"), given.text("client_secret")) is None:
            raise NotAllowed(NOT_BY_THIS_CLIENT)
        return method(self, *args, **kwargs)

    return refuses({403: NOT_BY_THIS_CLIENT})(guarded)
