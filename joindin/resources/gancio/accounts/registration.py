"""Registration, and a new password by a mailed code (contract, section 5)."""

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.models import PasswordReset, User
from joindin.operations.accounts.activation import register_inactive_user
from joindin.operations.accounts.email_changes import MSG_INVALID_EMAIL
from joindin.operations.accounts.passwords import MSG_RESET_FAILED, request_password_reset, reset_password
from joindin.operations.accounts.pending_confirmations import get_confirmation
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.resources.gancio.accounts.users import answers_in_json, read_new_user, represent_new_user
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.body_fields import read_text
from joindin.resources.gancio.request_params import read_params
from joindin.resources.gancio.responses import json_response, text_response
from joindin.security.tokens import new_recover_code
from joindin.utils.datetimes import utc_now
from joindin.utils.email_addresses import MAX_EMAIL_LENGTH
from joindin.utils.text import strip_control_chars

blp = StrictBlueprint("gancio_registration", __name__, url_prefix="/api/user")

MAX_CODE_LENGTH = 100
MSG_BAD_REQUEST = "Bad Request"


@blp.post("/register")
@answers_in_json
def register():
    if not load_site_settings(db.session)["allow_registration"]:
        return text_response("Not Found", 404)
    try:
        user = register_inactive_user(db.session, **read_new_user(), now=utc_now())
    except InvalidInput as error:
        if str(error) != MSG_INVALID_EMAIL:
            raise
        db.session.rollback()
        return json_response(MSG_INVALID_EMAIL, 404)
    if user.is_admin:
        return json_response(represent_new_user(user))
    db.session.commit()
    return text_response()


@blp.post("/recover")
def mail_recover_code():
    """Mail a code to an active user. The answer is always the same."""
    email = read_params().get("email")
    email = strip_control_chars(email).strip()[:MAX_EMAIL_LENGTH] if isinstance(email, str) else ""
    if email:
        title = load_site_settings(db.session)["title"]
        request_password_reset(
            db.session,
            email,
            now=utc_now(),
            kind="password_recovery",
            token=new_recover_code(),
            site_title=title,
        )
        db.session.commit()
    return text_response()


@blp.post("/check_recover_code")
def check_recover_code():
    reset = get_confirmation(db.session, PasswordReset, _read_code(), now=utc_now())
    user = None if reset is None else db.session.get_one(User, reset.user_id)
    if user is None or not user.is_active:
        raise InvalidInput(MSG_BAD_REQUEST)
    return json_response({"email": user.email or user.username})


@blp.post("/recover_password")
def choose_password():
    password = read_text(read_params(), "password", max_length=1024) or ""
    try:
        reset_password(db.session, _read_code(), password, now=utc_now())
    except InvalidInput as error:
        raise InvalidInput(MSG_BAD_REQUEST if str(error) == MSG_RESET_FAILED else str(error)) from None
    db.session.commit()
    return text_response()


def _read_code():
    code = read_params().get("recover_code")
    return code[:MAX_CODE_LENGTH] if isinstance(code, str) else ""
