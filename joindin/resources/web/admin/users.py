"""Pages for user administration: search, details, roles and deletion."""

from flask import request
from wtforms import BooleanField, HiddenField

from joindin.extensions import db
from joindin.http.pages.forms import Form, PlainTextField, max_length
from joindin.http.pages.html_pages import flash_ended_access
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import ACCOUNT_PATH, SIGN_IN_PATH, recent_sign_in_required
from joindin.operations.accounts.account_deletion import delete_talk_comments, delete_user
from joindin.operations.accounts.passwords import secure_account
from joindin.operations.accounts.roles import ROLES, set_roles
from joindin.permissions import can_administer_users
from joindin.queries.accounts.account_access import describe_access
from joindin.queries.accounts.account_administration import STATES, find_account, get_account_history, list_accounts
from joindin.queries.accounts.granted_permissions import list_granted_permissions
from joindin.queries.accounts.groups import list_user_groups
from joindin.queries.audit import AuditFilter, list_audit_entries
from joindin.queries.events import list_hosted_events, load_events
from joindin.queries.paging import Paging
from joindin.resources.web.admin.common import (
    admin_page,
    blp,
    current_viewer,
    page_links,
    perform_and_redirect,
    read_paging,
    require_permission,
)
from joindin.utils.datetimes import utc_now
from joindin.utils.text import strip_control_chars

USERS_PATH = "/desk/people/"
MAX_REASON_LENGTH = 200
RECENT_EVENTS = Paging(size=10)


class RolesForm(Form):
    """``shown`` contains the roles that the page showed: only roles that differ from them are changed.

    Changes that another admin makes in the meantime are kept.
    """

    shown = HiddenField()
    active = BooleanField("Active: can sign in and use tokens")
    trusted = BooleanField("Trusted: events need no approval")
    editor = BooleanField("Editor: approves and rejects events")
    admin = BooleanField("Admin: has all permissions")
    reason = PlainTextField(
        "Reason", [max_length(MAX_REASON_LENGTH, "The reason")], description="Stored in the audit log."
    )


class SecureForm(Form):
    reason = PlainTextField(
        "Reason", [max_length(MAX_REASON_LENGTH, "The reason")], description="Stored in the audit log."
    )


@blp.get("/people/")
@require_permission(can_administer_users)
def users_page():
    keyword, state = strip_control_chars(request.args.get("keyword", "")).strip(), request.args.get("state", "")
    page = list_accounts(db.session, read_paging(), keyword=keyword, state=state)
    return admin_page(
        "users.html", users=page.items, page=page, keyword=keyword, state=state, states=STATES,
        page_links=page_links(page),
    )  # fmt: skip


@blp.get("/people/<row_id:user_id>/")
@require_permission(can_administer_users)
def user_page(user_id):
    user = find_account(db.session, user_id)
    form = RolesForm(formdata=None, data={role: getattr(user, column) for role, (column, *_) in ROLES.items()})
    form.shown.data = ",".join(role for role, (column, *_) in ROLES.items() if getattr(user, column))
    return _user_page(user, form)


@blp.post("/people/<row_id:user_id>/roles/")
@require_permission(can_administer_users)
@recent_sign_in_required
def set_roles_action(user_id):
    user = find_account(db.session, user_id)
    form = RolesForm()
    if not form.validate():
        return _user_page(user, form, 400)
    shown = (form.shown.data or "").split(",")
    roles = {role: form[role].data for role in ROLES if form[role].data != (role in shown)}
    page_path = f"{USERS_PATH}{user_id}/"

    def operation():
        set_roles(db.session, user_id, roles, actor=current_viewer().user, reason=form.reason.data or "")

    # Admins who remove their own role lose access to this page.
    loses_access = user_id == current_viewer().user.id and not (roles.get("admin", True) and roles.get("active", True))
    return perform_and_redirect(
        operation,
        "The roles are changed." if roles else "Nothing was changed.",
        ACCOUNT_PATH if loses_access else page_path,
        error_path=page_path,
    )


@blp.get("/people/<row_id:user_id>/secure/")
@require_permission(can_administer_users)
@recent_sign_in_required
def confirm_secure_user(user_id):
    user = find_account(db.session, user_id)
    return admin_page(
        "confirm_secure.html",
        user=user,
        form=SecureForm(formdata=None),
        access=describe_access(db.session, user_id, utc_now()),
    )


@blp.post("/people/<row_id:user_id>/secure/")
@require_permission(can_administer_users)
@recent_sign_in_required
def secure_user_action(user_id):
    user, form = find_account(db.session, user_id), SecureForm()
    if not form.validate():
        access = describe_access(db.session, user_id, utc_now())
        return admin_page("confirm_secure.html", 400, user=user, form=form, access=access)
    ended = []

    def operation():
        if not is_repeated_form():
            reason, actor = form.reason.data or "", current_viewer().user
            ended.extend(secure_account(db.session, user_id, actor=actor, reason=reason, now=utc_now())[1])

    is_own = user_id == current_viewer().user.id
    response = perform_and_redirect(
        operation, f"The account {user.username} is secured.", SIGN_IN_PATH if is_own else f"{USERS_PATH}{user_id}/"
    )
    flash_ended_access(ended)
    return response


@blp.get("/people/<row_id:user_id>/removal/")
@require_permission(can_administer_users)
@recent_sign_in_required
def confirm_delete_user(user_id):
    user = find_account(db.session, user_id)
    return admin_page("confirm_delete.html", user=user, history=get_account_history(db.session, user_id))


@blp.post("/people/<row_id:user_id>/talk_comments/")
@require_permission(can_administer_users)
@recent_sign_in_required
def delete_talk_comments_action(user_id):
    find_account(db.session, user_id)

    def operation():
        delete_talk_comments(db.session, user_id, actor=current_viewer().user)

    return perform_and_redirect(operation, "The comments on talks are deleted.", f"{USERS_PATH}{user_id}/")


@blp.post("/people/<row_id:user_id>/removal/")
@require_permission(can_administer_users)
@recent_sign_in_required
def delete_user_action(user_id):
    name = find_account(db.session, user_id).username

    def operation():
        delete_user(db.session, user_id, actor=current_viewer().user)

    is_own = user_id == current_viewer().user.id
    return perform_and_redirect(
        operation,
        f"The account {name} is deleted.",
        ACCOUNT_PATH if is_own else USERS_PATH,
        error_path=f"{USERS_PATH}{user_id}/",
    )


def _user_page(user, form, status=200):
    hosted = list_hosted_events(db.session, user.id, RECENT_EVENTS, current_viewer().user)
    events = load_events(db.session, [key.id for key in hosted.items])
    return admin_page(
        "user.html",
        status,
        user=user,
        form=form,
        history=get_account_history(db.session, user.id),
        hosted=[events[key.id] for key in hosted.items if key.id in events],
        groups=list_user_groups(db.session, user.id),
        permissions=list_granted_permissions(db.session, user_id=user.id),
        entries_about=list_audit_entries(db.session, AuditFilter(subject_type="user", subject_id=user.id), 10).entries,
        entries_by=list_audit_entries(db.session, AuditFilter(actor_id=user.id), 10).entries,
    )
