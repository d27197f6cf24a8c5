"""Groups: who is in them, and what they may."""

from flask import redirect, request
from wtforms import SelectField

from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.extensions import db
from joindin.http.forms import Form, PlainTextField, choices, max_length, required
from joindin.http.html_pages import flash_success
from joindin.http.sessions import recent_sign_in_required
from joindin.models import PERMISSIONS, PRESETS, Event
from joindin.operations.accounts.granted_permissions import grant_permission, grant_preset, revoke_permission
from joindin.operations.accounts.groups import (
    MAX_GROUP_NAME_LENGTH,
    add_member,
    create_group,
    delete_group,
    remove_member,
    rename_group,
)
from joindin.permissions import can_administer_users, can_manage_groups
from joindin.queries.accounts.account_administration import find_account
from joindin.queries.accounts.granted_permissions import list_granted_permissions
from joindin.queries.accounts.groups import find_group, list_groups, list_members
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

GROUPS_PATH = "/desk/groups/"


class GroupNameForm(Form):
    name = PlainTextField("Name", [required("Enter a name"), max_length(MAX_GROUP_NAME_LENGTH, "The name")])


class MemberForm(Form):
    username = PlainTextField("Username", [required("Enter a username")], render_kw={"autocapitalize": "none"})


class PermissionForm(Form):
    permission = SelectField(
        "Permission",
        [required("Choose a permission")],
        choices=choices([("", "Choose one"), *((name, name) for name in PERMISSIONS)]),
    )
    number = PlainTextField(
        "Number",
        description="Of the one event, person or group that it is for. Empty: for everything.",
        render_kw={"inputmode": "numeric"},
    )


@blp.get("/groups/")
@require_permission(can_manage_groups)
def groups_page():
    return _groups_page(GroupNameForm(formdata=None))


@blp.post("/groups/")
@require_permission(can_manage_groups)
def add_group_action():
    form = GroupNameForm()
    if form.validate():
        try:
            group = create_group(db.session, form.name.data, actor=current_viewer().user, now=utc_now())
            db.session.commit()
            flash_success(f"The group {group.name} is there.")
            return redirect(f"{GROUPS_PATH}{group.id}/", 303)
        except (Conflict, InvalidInput) as refused:
            db.session.rollback()
            form.add_error(str(refused), form.name)
    return _groups_page(form, 400)


@blp.get("/groups/<row_id:group_id>/")
@require_permission(can_manage_groups)
def group_page(group_id):
    group = find_group(db.session, group_id)
    members = list_members(db.session, group_id, read_paging())
    return admin_page(
        "group.html",
        group=group,
        members=members.items,
        page=members,
        neighbours=page_links(members),
        name=GroupNameForm(formdata=None, data={"name": group.name}),
        member=MemberForm(formdata=None),
        permits=list_granted_permissions(db.session, group_id=group_id),
        permission=PermissionForm(formdata=None),
        presets=PRESETS,
        may_permit=can_administer_users(current_viewer()),
    )


@blp.post("/groups/<row_id:group_id>/name/")
@require_permission(can_manage_groups)
def rename_group_action(group_id):
    name = GroupNameForm().name.data or ""
    return _perform_on_group(
        group_id, lambda: rename_group(db.session, group_id, name, actor=current_viewer().user), "The name is changed."
    )


@blp.post("/groups/<row_id:group_id>/members/")
@require_permission(can_manage_groups)
def add_member_action(group_id):
    username = MemberForm().username.data or ""
    return _perform_on_group(
        group_id,
        lambda: add_member(db.session, group_id, username=username, actor=current_viewer().user),
        f"{username} is in the group.",
    )


@blp.post("/groups/<row_id:group_id>/members/<row_id:user_id>/removal/")
@require_permission(can_manage_groups)
def remove_member_action(group_id, user_id):
    return _perform_on_group(
        group_id,
        lambda: remove_member(db.session, group_id, user_id, actor=current_viewer().user),
        "They are no longer in the group.",
    )


@blp.post("/groups/<row_id:group_id>/removal/")
@require_permission(can_manage_groups)
def delete_group_action(group_id):
    name = find_group(db.session, group_id).name
    return perform_and_redirect(
        lambda: delete_group(db.session, group_id, actor=current_viewer().user),
        f"The group {name} is dissolved.",
        GROUPS_PATH,
    )


@blp.post("/groups/<row_id:group_id>/permissions/")
@require_permission(can_administer_users)
@recent_sign_in_required
def grant_permission_action(group_id):
    form = PermissionForm()

    def work():
        permission = form.permission.data or ""
        thing = _find_target(PERMISSIONS.get(permission), form.number.data or "")
        grant_permission(db.session, find_group(db.session, group_id), permission, thing, actor=current_viewer().user)

    return _perform_on_group(group_id, work, "That is permitted.")


@blp.post("/groups/<row_id:group_id>/presets/")
@require_permission(can_administer_users)
@recent_sign_in_required
def grant_preset_action(group_id):
    preset = request.form.get("preset", "")

    def work():
        grant_preset(db.session, find_group(db.session, group_id), preset, actor=current_viewer().user)

    return _perform_on_group(group_id, work, "All of that is permitted.")


@blp.post("/groups/<row_id:group_id>/permissions/<row_id:permission_id>/removal/")
@require_permission(can_administer_users)
@recent_sign_in_required
def revoke_permission_action(group_id, permission_id):
    return _perform_on_group(
        group_id,
        lambda: revoke_permission(db.session, permission_id, actor=current_viewer().user),
        "That is no longer permitted.",
    )


def _groups_page(form, status=200):
    page = list_groups(db.session, read_paging())
    return admin_page("groups.html", status, groups=page.items, page=page, form=form, neighbours=page_links(page))


def _perform_on_group(group_id, work, done):
    find_group(db.session, group_id)
    return perform_and_redirect(work, done, f"{GROUPS_PATH}{group_id}/")


def _find_target(kind, number):
    if not number:
        return None
    if kind is None:
        raise InvalidInput("That permission is for everything only")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise NotFound(f"There is no {kind} of that number")
    if kind == "event":
        event = db.session.get(Event, int(number))
        if event is None:
            raise NotFound("There is no event of that number")
        return event
    return (find_account if kind == "user" else find_group)(db.session, int(number))
