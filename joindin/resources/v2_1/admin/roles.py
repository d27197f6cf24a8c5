"""Accounts and their roles, for admins. An extension of the original."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.operations.accounts.passwords import MSG_NOT_SECURED, secure_account
from joindin.operations.accounts.roles import ROLES, set_roles
from joindin.permissions import can_administer_users
from joindin.queries.accounts.account_administration import STATES, find_account, list_accounts
from joindin.representations.schema_fields import ObjectSchema, boolean, optional
from joindin.representations.v2_1.roles import AccountPageSchema, EndedAccessSchema, RolesSchema, represent_account
from joindin.resources.v2_1.authorization import requires
from joindin.resources.v2_1.body_fields import optional_text
from joindin.resources.v2_1.field_lengths import check_length
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import accepts_body, accepts_query, fails_with, returns, returns_empty, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import get_params, get_query_params
from joindin.resources.v2_1.responses import collection_response, empty_response, object_response
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_text

blp = Blueprint("roles", __name__, url_prefix="/v2.1", description="Accounts and their roles, for admins")

MAX_REASON_LENGTH = 200

MSG_LOGIN_REQUIRED = "You must be logged in to manage accounts"
MSG_ADMIN_REQUIRED = "You must be an admin to manage accounts"
MSG_USER_NOT_FOUND = "User not found"
MSG_INVALID_STATE = "There is no such state of an account"
MSG_ROLE_REQUIRED = "You must name at least one role"

require_admin = requires(can_administer_users, login_message=MSG_LOGIN_REQUIRED, refusal=MSG_ADMIN_REQUIRED)
require_admin_sign_in = requires(
    can_administer_users, login_message=MSG_LOGIN_REQUIRED, refusal=MSG_ADMIN_REQUIRED, by_password_sign_in=True
)


class RoleChangeSchema(ObjectSchema):
    admin = optional(boolean(True))
    editor = optional(boolean(True))
    trusted = optional(boolean(True))
    active = optional(boolean(True, "False: the user cannot sign in and the user's tokens are invalid."))
    reason = optional_text("Knows all speakers", "For the audit log.", max_length=MAX_REASON_LENGTH)


@blp.route("/accounts")
class Accounts(MethodView):
    @require_admin
    @returns_page(AccountPageSchema)
    @accepts_query("keyword", "state")
    @fails_with({400: MSG_INVALID_STATE})
    def get(self, viewer):
        """List accounts, deactivated ones included, newest first.

        ``keyword`` is searched in usernames, full names and e-mail addresses.
        """
        params = get_query_params()
        state = params.text("state")
        if state and state not in STATES:
            raise InvalidInput(MSG_INVALID_STATE)
        page = list_accounts(db.session, read_paging(), keyword=params.text("keyword"), state=state)
        return collection_response("accounts", [represent_account(user, links()) for user in page.items], page)


@blp.route("/users/<row_id:user_id>/roles")
class Roles(MethodView):
    @require_admin
    @returns(RolesSchema)
    @fails_with({404: MSG_USER_NOT_FOUND})
    def get(self, viewer, user_id):
        """Show the roles of a user."""
        return object_response(represent_account(find_account(db.session, user_id), links()))

    @require_admin_sign_in
    @accepts_body(RoleChangeSchema)
    @returns_empty(204)
    @fails_with(
        {
            404: MSG_USER_NOT_FOUND,
            400: (
                MSG_ROLE_REQUIRED,
                "The field 'admin' must be true or false",
                "ada is the last admin. Promote another user first",
            ),
        }
    )
    def put(self, viewer, user_id):
        """Change the roles of a user. Absent roles stay unchanged; the last admin keeps the role."""
        params = get_params()
        roles, reason = _parse_roles(params), _parse_reason(params)
        set_roles(db.session, user_id, roles, actor=viewer.user, reason=reason)
        db.session.commit()
        return empty_response(204)


@blp.route("/users/<row_id:user_id>/access")
class Access(MethodView):
    @require_admin_sign_in
    @returns(EndedAccessSchema)
    @fails_with({404: MSG_USER_NOT_FOUND, 400: MSG_NOT_SECURED})
    def delete(self, viewer, user_id):
        """End all access to an account that another person may use.

        Its password, sessions, tokens, consents, connections to external accounts and requested address are deleted. The
        user gets a mail and chooses a new password.
        """
        _, ended = secure_account(db.session, user_id, actor=viewer.user, now=utc_now())
        db.session.commit()
        return object_response({"ended": ended})


def _parse_reason(params):
    reason = to_plain_text(params.text("reason"))
    check_length("reason", reason, MAX_REASON_LENGTH)
    return reason


def _parse_roles(params):
    roles = {role: params[role] for role in ROLES if role in params}
    if not roles:
        raise InvalidInput(MSG_ROLE_REQUIRED)
    for role, value in roles.items():
        if not isinstance(value, bool):
            raise InvalidInput(f"The field '{role}' must be true or false")
    return roles
