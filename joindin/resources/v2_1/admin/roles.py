"""Accounts and their roles, for admins. Not in the original."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Forbidden, InvalidInput
from joindin.extensions import db
from joindin.operations.accounts.roles import ROLES, set_roles
from joindin.permissions import can_administer_users
from joindin.queries.accounts.account_administration import STATES, find_account, list_accounts
from joindin.representations.schema_fields import ObjectSchema, boolean, optional, string
from joindin.representations.v2_1.roles import AccountPageSchema, RolesSchema, represent_account
from joindin.resources.v2_1.authentication import links, require_user
from joindin.resources.v2_1.openapi import accepts_body, accepts_query, fails_with, returns, returns_empty, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import Params, get_params, get_query_params
from joindin.resources.v2_1.responses import collection_response, empty_response, object_response
from joindin.utils.text import to_plain_text
from joindin.viewer import UserSnapshot, Viewer

blp = Blueprint("roles", __name__, url_prefix="/v2.1", description="Who is what to the whole house")

MAX_REASON_LENGTH = 200

TO_ADMINISTER = "You must be logged in to look after accounts"
NOT_AN_ADMIN = "You must be an admin to look after accounts"
MSG_USER_NOT_FOUND = "User not found"
NO_STATE = "There is no such state of an account"
NO_ROLE = "You must name at least one role"
ACCESS_ERRORS = {401: TO_ADMINISTER, 403: NOT_AN_ADMIN}


class RoleChangeSchema(ObjectSchema):
    admin = optional(boolean(True))
    editor = optional(boolean(True))
    trusted = optional(boolean(True))
    active = optional(boolean(True, "False: cannot sign in, and tokens stop."))
    reason = optional(string("Knows everybody", "For the audit log.", maxLength=MAX_REASON_LENGTH))


@blp.route("/accounts")
class Accounts(MethodView):
    @returns_page(AccountPageSchema)
    @accepts_query("keyword", "state")
    @fails_with({**ACCESS_ERRORS, 400: NO_STATE})
    def get(self):
        """List accounts, also deactivated ones, newest first.

        ``keyword`` is looked for in usernames, full names and addresses.
        """
        require_admin()
        state = get_query_params().text("state")
        if state and state not in STATES:
            raise InvalidInput(NO_STATE)
        page = list_accounts(db.session, read_paging(), keyword=get_query_params().text("keyword"), state=state)
        return collection_response("accounts", [represent_account(user, links()) for user in page.items], page)


@blp.route("/users/<row_id:user_id>/roles")
class Roles(MethodView):
    @returns(RolesSchema)
    @fails_with({**ACCESS_ERRORS, 404: MSG_USER_NOT_FOUND})
    def get(self, user_id):
        """Show somebody's roles."""
        require_admin()
        return object_response(represent_account(find_account(db.session, user_id), links()))

    @accepts_body(RoleChangeSchema)
    @returns_empty(204)
    @fails_with(
        {**ACCESS_ERRORS, 404: MSG_USER_NOT_FOUND, 400: (NO_ROLE, "ada is the last admin. Promote somebody else first")}
    )
    def put(self, user_id):
        """Give and take roles. What is not named stays as it is, and the last admin stays one."""
        actor = require_admin()
        given = get_params()
        set_roles(db.session, user_id, _read_roles(given), actor=actor, reason=parse_reason(given))
        db.session.commit()
        return empty_response(204)


def require_admin() -> UserSnapshot:
    """The caller; :raises Unauthenticated, NotAllowed: if it is no admin."""
    user = require_user(TO_ADMINISTER)
    if not can_administer_users(Viewer(user)):
        raise Forbidden(NOT_AN_ADMIN)
    return user


def parse_reason(given: Params) -> str:
    reason = to_plain_text(given.text("reason"))
    if len(reason) > MAX_REASON_LENGTH:
        raise InvalidInput(f"The field 'reason' must not be longer than {MAX_REASON_LENGTH} characters")
    return reason


def _read_roles(given):
    roles = {role: given[role] for role in ROLES if role in given}
    if not roles:
        raise InvalidInput(NO_ROLE)
    for role, wanted in roles.items():
        if not isinstance(wanted, bool):
            raise InvalidInput(f"The field '{role}' must be true or false")
    return roles
