"""People: found, looked at once more, and given or denied what they may do."""

from flask import request
from wtforms import BooleanField, HiddenField

from joindin.extensions import db
from joindin.http.forms import Form, PlainTextField, max_length
from joindin.http.sessions import ACCOUNT_PATH, recent_sign_in_required
from joindin.operations.accounts.account_deletion import delete_talk_comments, delete_user
from joindin.operations.accounts.roles import ROLES, set_roles
from joindin.permissions import can_administer_users
from joindin.queries.accounts.account_administration import STATES, account_history, find_account, list_accounts
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
from joindin.utils.text import strip_control_chars

USERS_PATH = "/desk/people/"
MAX_REASON_LENGTH = 200
RECENT_EVENTS = Paging(size=10)


class RolesForm(Form):
    """``seen`` is what the page showed: only what was changed there is changed, whatever others did meanwhile."""

    seen = HiddenField()
    active = BooleanField("Active: may sign in, and use tokens")
    trusted = BooleanField("Trusted: events need no approval")
    editor = BooleanField("Editor: approves and rejects events")
    admin = BooleanField("Admin: may do everything")
    reason = PlainTextField("Reason", [max_length(MAX_REASON_LENGTH, "The reason")], description="For the log.")


@blp.get("/people/")
@require_permission(can_administer_users)
def users_page():
    keyword, state = strip_control_chars(request.args.get("keyword", "")).strip(), request.args.get("state", "")
    page = list_accounts(db.session, read_paging(), keyword=keyword, state=state)
    return admin_page(
        "users.html", people=page.items, page=page, keyword=keyword, state=state, states=STATES,
        neighbours=page_links(page),
    )  # fmt: skip


@blp.get("/people/<row_id:user_id>/")
@require_permission(can_administer_users)
def user_page(user_id):
    user = find_account(db.session, user_id)
    form = RolesForm(formdata=None, data={role: getattr(user, column) for role, (column, *_) in ROLES.items()})
    form.seen.data = ",".join(role for role, (column, *_) in ROLES.items() if getattr(user, column))
    return _user_page(user, form)


@blp.post("/people/<row_id:user_id>/roles/")
@require_permission(can_administer_users)
@recent_sign_in_required
def set_roles_action(user_id):
    user = find_account(db.session, user_id)
    form = RolesForm()
    if not form.validate():
        return _user_page(user, form, 400)
    seen = (form.seen.data or "").split(",")
    roles = {role: form[role].data for role in ROLES if form[role].data != (role in seen)}
    here = f"{USERS_PATH}{user_id}/"

    def work():
        set_roles(db.session, user_id, roles, actor=current_viewer().user, reason=form.reason.data or "")

    # Who has just made themselves less than an admin has no place there any more.
    is_own = user_id == current_viewer().user.id and not all(roles.get(role, True) for role in ("admin", "active"))
    return perform_and_redirect(
        work,
        "The roles are changed." if roles else "Nothing was changed.",
        ACCOUNT_PATH if is_own else here,
        otherwise=here,
    )


@blp.get("/people/<row_id:user_id>/removal/")
@require_permission(can_administer_users)
@recent_sign_in_required
def confirm_delete_user(user_id):
    user = find_account(db.session, user_id)
    return admin_page("confirm_delete.html", user=user, history=account_history(db.session, user_id))


@blp.post("/people/<row_id:user_id>/talk_comments/")
@require_permission(can_administer_users)
@recent_sign_in_required
def delete_talk_comments_action(user_id):
    find_account(db.session, user_id)

    def work():
        delete_talk_comments(db.session, user_id, actor=current_viewer().user)

    return perform_and_redirect(work, "What they said about talks is gone.", f"{USERS_PATH}{user_id}/")


@blp.post("/people/<row_id:user_id>/removal/")
@require_permission(can_administer_users)
@recent_sign_in_required
def delete_user_action(user_id):
    name = find_account(db.session, user_id).username

    def work():
        delete_user(db.session, user_id, actor=current_viewer().user)

    is_own = user_id == current_viewer().user.id
    return perform_and_redirect(
        work,
        f"The account {name} is gone.",
        ACCOUNT_PATH if is_own else USERS_PATH,
        otherwise=f"{USERS_PATH}{user_id}/",
    )


def _user_page(user, form, status=200):
    hosted = list_hosted_events(db.session, user.id, RECENT_EVENTS)
    events = load_events(db.session, [key.id for key in hosted.items])
    return admin_page(
        "user.html",
        status,
        user=user,
        form=form,
        history=account_history(db.session, user.id),
        hosted=[events[key.id] for key in hosted.items if key.id in events],
        groups=list_user_groups(db.session, user.id),
        permits=list_granted_permissions(db.session, user_id=user.id),
        about=list_audit_entries(db.session, AuditFilter(subject_type="user", subject_id=user.id), 10).entries,
        done=list_audit_entries(db.session, AuditFilter(actor_id=user.id), 10).entries,
    )
