"""Identity of the current request: the user and the token behind it, for every surface and the audit log.

``authentication.py`` sets it for tokens and ``sessions.py`` for browser sessions. It stays anonymous while neither has
accepted a credential. A surface that takes tokens only never loads the session, and a cookie then gives no identity.
"""

from dataclasses import dataclass

from flask import g

from joindin.models import User
from joindin.queries.accounts.api_tokens import TokenIdentity
from joindin.security.scopes import ME_READ
from joindin.viewer import UserSnapshot


@dataclass(frozen=True)
class Caller:
    """The authenticated user, and the token if there was one. A service's token has no user.

    The user of a token has no roles that the scopes of the token do not carry.
    """

    user: UserSnapshot | None = None
    token: TokenIdentity | None = None

    @property
    def client_name(self) -> str | None:
        """The application that sent the token: its name, or its key if it has none."""
        return (self.token.client_name or self.token.client_key) if self.token else None

    @property
    def shows_own_data(self) -> bool:
        """Whether responses may contain the user's own data, such as the e-mail address: a token needs ME_READ."""
        return self.token is None or ME_READ in self.token.scopes

    @property
    def may_change_account(self) -> bool:
        """Whether the request carries a token that may change credentials and list keys."""
        return self.token is not None and self.token.may_change_account


ANONYMOUS = Caller()


def get_caller() -> Caller:
    return g._get_current_object().get("caller", ANONYMOUS)


def set_caller(caller: Caller) -> None:
    g.caller = caller


def set_session_user(user: User | None) -> None:
    """Set the identity that the browser's session gives. A token of the same request takes precedence."""
    if get_caller().token is None:
        snapshot = UserSnapshot(*(getattr(user, name) for name in UserSnapshot._fields)) if user else None
        set_caller(Caller(snapshot))
