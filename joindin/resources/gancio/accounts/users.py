"""Users, administered by admins, and the own account (contract, section 5). Refused input is answered in JSON."""

import re
from functools import wraps

from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.extensions import db
from joindin.http.request_identity import get_caller
from joindin.operations.accounts.account_deletion import delete_user
from joindin.operations.accounts.activation import create_active_user, edit_account, register_inactive_user
from joindin.operations.accounts.users import MSG_EMAIL_TAKEN
from joindin.permissions import can_administer_users
from joindin.queries.accounts.account_administration import find_agenda_account, list_agenda_accounts
from joindin.queries.accounts.users import has_users
from joindin.representations.gancio.users import represent_user
from joindin.resources.gancio.authentication import require_password_sign_in, require_user, requires
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.body_fields import read_flag, read_id, read_text
from joindin.resources.gancio.request_params import read_params
from joindin.resources.gancio.responses import json_response, text_response
from joindin.utils.datetimes import utc_now
from joindin.utils.email_addresses import MAX_EMAIL_LENGTH

blp = StrictBlueprint("gancio_users", __name__, url_prefix="/api")

MAX_LENGTHS = {"email": MAX_EMAIL_LENGTH, "description": 5000, "role": 20, "password": 1024}
# ``newUser.email`` and ``newUser[email]`` of forms.
NESTED_FIELD = re.compile(r"newUser(?:\.(\w+)|\[(\w+)\])")


def answers_in_json(view):
    """Represent refused input as Gancio's database library does."""

    @wraps(view)
    def wrapped(**values):
        try:
            return view(**values)
        except NotFound as error:
            db.session.rollback()
            return json_response({"success": False, "message": str(error)}, 404)
        except (InvalidInput, Conflict) as error:
            db.session.rollback()
            is_taken = str(error) == MSG_EMAIL_TAKEN
            problem = {"message": "error.email_taken", "path": "email"} if is_taken else {"message": str(error)}
            return json_response({"errors": [problem]}, 400)

    return wrapped


@blp.get("/user")
def get_own_user():
    return json_response(represent_user(find_agenda_account(db.session, require_user().id)))


@blp.get("/users")
@requires(can_administer_users)
def list_users():
    return json_response([represent_user(account) for account in list_agenda_accounts(db.session)])


@blp.post("/user")
@answers_in_json
def create_user():
    """Create an active user on behalf of an admin. The first one may be created by everyone, and becomes admin."""
    if has_users(db.session):
        return create_user_as_admin()
    return json_response(represent_new_user(register_inactive_user(db.session, **read_new_user(), now=utc_now())))


@requires(can_administer_users, by_password_sign_in=True)
def create_user_as_admin():
    params = _unnest(read_params())
    role = read_text(params, "role", max_length=MAX_LENGTHS["role"]) or "user"
    fields = read_new_user(params, is_password_required=False)
    user = create_active_user(db.session, role=role, actor=get_caller().user, now=utc_now(), **fields)
    return json_response(represent_new_user(user))


@blp.put("/user")
@requires(can_administer_users, by_password_sign_in=True)
@answers_in_json
def update_user():
    params = read_params()
    _edit(read_id(params, "id"), params)
    return text_response("")


@blp.put("/user/<row_id:user_id>")
@requires(can_administer_users, by_password_sign_in=True)
@answers_in_json
def update_user_by_id(user_id):
    _edit(user_id, read_params())
    return json_response(represent_user(find_agenda_account(db.session, user_id)))


@blp.delete("/user")
@answers_in_json
def delete_own_user():
    return _delete(require_password_sign_in().id)


@blp.delete("/user/<row_id:user_id>")
@requires(can_administer_users, by_password_sign_in=True)
@answers_in_json
def delete_other_user(user_id):
    try:
        find_agenda_account(db.session, user_id)
    except NotFound:
        return json_response({}, 404)
    return _delete(user_id)


def read_new_user(params=None, *, is_password_required=True) -> dict:
    """Return address, password and description of a new user; :raises InvalidInput: if one is no text or missing."""
    params = _unnest(read_params()) if params is None else params
    password = read_text(params, "password", max_length=MAX_LENGTHS["password"], is_required=is_password_required)
    return {
        "email": (read_text(params, "email", max_length=MAX_LENGTHS["email"]) or "").strip(),
        "password": password or None,
        "registration_note": (read_text(params, "description", max_length=MAX_LENGTHS["description"]) or "").strip(),
    }


def represent_new_user(user) -> dict:
    """Commit, and represent the user."""
    db.session.commit()
    return represent_user(find_agenda_account(db.session, user.id))


def _edit(user_id, params):
    fields = {name: read_text(params, name, max_length=length) for name, length in MAX_LENGTHS.items()}
    edit_account(
        db.session,
        user_id,
        actor=get_caller().user,
        now=utc_now(),
        role=fields["role"],
        password=fields["password"],
        email=fields["email"] and fields["email"].strip(),
        registration_note=fields["description"],
        is_active=read_flag(params, "is_active"),
        is_notified=read_flag(params, "to_notify"),
    )
    db.session.commit()


def _delete(user_id):
    delete_user(db.session, user_id, actor=get_caller().user)
    db.session.commit()
    return text_response()


def _unnest(params):
    """Return the fields of a new user, which version 2 nests in ``newUser``."""
    if isinstance(params.get("newUser"), dict):
        return params["newUser"]
    nested = {match[1] or match[2]: params[name] for name in params if (match := NESTED_FIELD.fullmatch(name))}
    return nested or params
