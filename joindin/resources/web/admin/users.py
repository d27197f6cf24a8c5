"""People: found, looked at once more, and given or denied what they may do."""

from flask import request
from wtforms import BooleanField, HiddenField

from joindin.extensions import db
from joindin.http.forms import Form, Text, at_most
from joindin.http.sessions import HOME, require_recent_sign_in
from joindin.operations.accounts.account_deletion import delete_talk_comments, delete_user
from joindin.operations.accounts.roles import ROLES, set_roles
from joindin.permissions import can_administer_users
from joindin.queries.accounts.account_administration import STATES, account_history, find_account, list_accounts
from joindin.queries.accounts.granted_permissions import list_permits
from joindin.queries.accounts.groups import list_groups_of
from joindin.queries.audit import AuditFilter, list_audit_entries
from joindin.queries.events import list_hosted_events, load_events
from joindin.queries.paging import Paging
from joindin.resources.web.admin.common import blp, carry_out, neighbours, only_for, read_paging, show, viewer
from joindin.utils.text import printable

PEOPLE = "/desk/people/"
LONGEST_REASON = 200
RECENT = Paging(size=10)


class Roles(Form):
    """``seen`` is what the page showed: only what was changed there is changed, whatever others did meanwhile."""

    seen = HiddenField()
    active = BooleanField("Active: may sign in, and use tokens")
    trusted = BooleanField("Trusted: events need no approval")
    editor = BooleanField("Editor: approves and rejects events")
    admin = BooleanField("Admin: may do everything")
    reason = Text("Reason", [at_most(LONGEST_REASON, "The reason")], description="For the log.")


@blp.get("/people/")
@only_for(can_administer_users)
def show_people():
    keyword, state = printable(request.args.get("keyword", "")).strip(), request.args.get("state", "")
    page = list_accounts(db.session, read_paging(), keyword=keyword, state=state)
    return show(
        "people.html", people=page.items, page=page, keyword=keyword, state=state, states=STATES,
        neighbours=neighbours(page),
    )  # fmt: skip


@blp.get("/people/<row_id:user_id>/")
@only_for(can_administer_users)
def show_person(user_id):
    user = find_account(db.session, user_id)
    form = Roles(formdata=None, data={role: getattr(user, column) for role, (column, *_) in ROLES.items()})
    form.seen.data = ",".join(role for role, (column, *_) in ROLES.items() if getattr(user, column))
    return _show(user, form)


@blp.post("/people/<row_id:user_id>/roles/")
@only_for(can_administer_users)
@require_recent_sign_in
def change_roles(user_id):
    user = find_account(db.session, user_id)
    form = Roles()
    if not form.validate():
        return _show(user, form, 400)
    seen = (form.seen.data or "").split(",")
    roles = {role: form[role].data for role in ROLES if form[role].data != (role in seen)}
    here = f"{PEOPLE}{user_id}/"

    def work():
        set_roles(db.session, user_id, roles, actor=viewer().user, reason=form.reason.data or "")

    # Who has just made themselves less than an admin has no place there any more.
    is_own = user_id == viewer().user.id and not all(roles.get(role, True) for role in ("admin", "active"))
    return carry_out(
        work, "The roles are changed." if roles else "Nothing was changed.", HOME if is_own else here, otherwise=here
    )


@blp.get("/people/<row_id:user_id>/removal/")
@only_for(can_administer_users)
@require_recent_sign_in
def ask_about_removal(user_id):
    user = find_account(db.session, user_id)
    return show("removal.html", user=user, history=account_history(db.session, user_id))


@blp.post("/people/<row_id:user_id>/talk_comments/")
@only_for(can_administer_users)
@require_recent_sign_in
def remove_talk_comments(user_id):
    find_account(db.session, user_id)

    def work():
        delete_talk_comments(db.session, user_id, actor=viewer().user)

    return carry_out(work, "What they said about talks is gone.", f"{PEOPLE}{user_id}/")


@blp.post("/people/<row_id:user_id>/removal/")
@only_for(can_administer_users)
@require_recent_sign_in
def remove_person(user_id):
    name = find_account(db.session, user_id).username

    def work():
        delete_user(db.session, user_id, actor=viewer().user)

    is_own = user_id == viewer().user.id
    return carry_out(work, f"The account {name} is gone.", HOME if is_own else PEOPLE, otherwise=f"{PEOPLE}{user_id}/")


def _show(user, form, status=200):
    hosted = list_hosted_events(db.session, user.id, RECENT)
    events = load_events(db.session, [key.id for key in hosted.items])
    return show(
        "person.html",
        status,
        user=user,
        form=form,
        history=account_history(db.session, user.id),
        hosted=[events[key.id] for key in hosted.items if key.id in events],
        groups=list_groups_of(db.session, user.id),
        permits=list_permits(db.session, user_id=user.id),
        about=list_audit_entries(db.session, AuditFilter(subject_kind="user", subject_id=user.id), 10).entries,
        done=list_audit_entries(db.session, AuditFilter(actor_id=user.id), 10).entries,
    )
