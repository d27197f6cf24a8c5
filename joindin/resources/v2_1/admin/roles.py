"""Accounts and their roles, for admins. Not in the original."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid, NotAllowed
from joindin.extensions import db
from joindin.operations.accounts.roles import ROLES, set_roles
from joindin.permissions import can_administer_users
from joindin.queries.accounts.account_administration import STATES, find_account, list_accounts
from joindin.representations.schema_fields import Shape, flag, optional, text
from joindin.representations.v2_1.roles import AccountPageSchema, RolesSchema, represent_account
from joindin.resources.v2_1.authentication import links, signed_in
from joindin.resources.v2_1.openapi import asks, does, lists, refuses, shows, takes
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import Params, params, query
from joindin.resources.v2_1.responses import collection, empty, thing
from joindin.utils.text import plain_text
from joindin.viewer import Person, Viewer

blp = Blueprint("roles", __name__, url_prefix="/v2.1", description="Who is what to the whole house")

LONGEST_REASON = 200

TO_ADMINISTER = "You must be logged in to look after accounts"
NOT_AN_ADMIN = "You must be an admin to look after accounts"
NO_USER = "User not found"
NO_STATE = "There is no such state of an account"
NO_ROLE = "You must name at least one role"
REFUSED = {401: TO_ADMINISTER, 403: NOT_AN_ADMIN}


class RoleChangeSchema(Shape):
    admin = optional(flag(True))
    editor = optional(flag(True))
    trusted = optional(flag(True))
    active = optional(flag(True, "False: cannot sign in, and tokens stop."))
    reason = optional(text("Knows everybody", "For the audit log.", maxLength=LONGEST_REASON))


@blp.route("/accounts")
class Accounts(MethodView):
    @lists(AccountPageSchema)
    @asks("keyword", "state")
    @refuses({**REFUSED, 400: NO_STATE})
    def get(self):
        """List accounts, also deactivated ones, newest first.

        ``keyword`` is looked for in usernames, full names and addresses.
        """
        admin()
        state = query().text("state")
        if state and state not in STATES:
            raise Invalid(NO_STATE)
        page = list_accounts(db.session, read_paging(), keyword=query().text("keyword"), state=state)
        return collection("accounts", [represent_account(user, links()) for user in page.items], page)


@blp.route("/users/<row_id:user_id>/roles")
class Roles(MethodView):
    @shows(RolesSchema)
    @refuses({**REFUSED, 404: NO_USER})
    def get(self, user_id):
        """Show somebody's roles."""
        admin()
        return thing(represent_account(find_account(db.session, user_id), links()))

    @takes(RoleChangeSchema)
    @does(204)
    @refuses({**REFUSED, 404: NO_USER, 400: (NO_ROLE, "ada is the last admin. Promote somebody else first")})
    def put(self, user_id):
        """Give and take roles. What is not named stays as it is, and the last admin stays one."""
        actor = admin()
        given = params()
        set_roles(db.session, user_id, _read_roles(given), actor=actor, reason=read_reason(given))
        db.session.commit()
        return empty(204)


def admin() -> Person:
    """The caller; :raises NotSignedIn, NotAllowed: if it is no admin."""
    user = signed_in(TO_ADMINISTER)
    if not can_administer_users(Viewer(user)):
        raise NotAllowed(NOT_AN_ADMIN)
    return user


def read_reason(given: Params) -> str:
    reason = plain_text(given.text("reason"))
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"The field 'reason' must not be longer than {LONGEST_REASON} characters")
    return reason


def _read_roles(given):
    roles = {role: given[role] for role in ROLES if role in given}
    if not roles:
        raise Invalid(NO_ROLE)
    for role, wanted in roles.items():
        if not isinstance(wanted, bool):
            raise Invalid(f"The field '{role}' must be true or false")
    return roles
