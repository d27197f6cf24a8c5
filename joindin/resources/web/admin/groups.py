"""Pages for groups: members and permissions."""

from flask import redirect, request
from wtforms import SelectField

from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.extensions import db
from joindin.http.pages.forms import Form, PlainTextField, choices, max_length, required
from joindin.http.pages.html_pages import flash_success
from joindin.http.sessions import recent_sign_in_required
from joindin.models import EFFECTIVE_PERMISSIONS, PERMISSIONS, PRESETS, Event
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
from joindin.utils.text import parse_id

GROUPS_PATH = "/desk/groups/"


class GroupNameForm(Form):
    name = PlainTextField("Name", [required("Enter a name"), max_length(MAX_GROUP_NAME_LENGTH, "The name")])


class MemberForm(Form):
    username = PlainTextField("Username", [required("Enter a username")], render_kw={"autocapitalize": "none"})


class PermissionForm(Form):
    permission = SelectField(
        "Permission",
        [required("Choose a permission")],
        choices=choices([("", "Choose one"), *((name, name) for name in EFFECTIVE_PERMISSIONS)]),
    )
    number = PlainTextField(
        "Number",
        description="The number of one event, user or group. Leave it empty for all of them.",
        render_kw={"inputmode": "numeric"},
    )


@blp.get("/groups/")
@require_permission(can_manage_groups)
def groups_page():
    return _groups_page(GroupNameForm(formdata=None))


@blp.post("/groups/")
@require_permission(can_manage_groups)
@recent_sign_in_required
def add_group_action():
    form = GroupNameForm()
    if form.validate():
        try:
            group = create_group(db.session, form.name.data, actor=current_viewer().user, now=utc_now())
            db.session.commit()
            flash_success(f"The group {group.name} is created.")
            return redirect(f"{GROUPS_PATH}{group.id}/", 303)
        except (Conflict, InvalidInput) as error:
            db.session.rollback()
            form.add_error(str(error), form.name)
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
        page_links=page_links(members),
        name_form=GroupNameForm(formdata=None, data={"name": group.name}),
        member_form=MemberForm(formdata=None),
        permissions=list_granted_permissions(db.session, group_id=group_id),
        permission_form=PermissionForm(formdata=None),
        presets={preset: names for preset, names in PRESETS.items() if set(names) <= set(EFFECTIVE_PERMISSIONS)},
        can_grant=can_administer_users(current_viewer()),
    )


@blp.post("/groups/<row_id:group_id>/name/")
@require_permission(can_manage_groups)
@recent_sign_in_required
def rename_group_action(group_id):
    name = GroupNameForm().name.data or ""
    return _perform_on_group(
        group_id, lambda: rename_group(db.session, group_id, name, actor=current_viewer().user), "The group is renamed."
    )


@blp.post("/groups/<row_id:group_id>/members/")
@require_permission(can_manage_groups)
@recent_sign_in_required
def add_member_action(group_id):
    username = MemberForm().username.data or ""
    return _perform_on_group(
        group_id,
        lambda: add_member(db.session, group_id, username=username, actor=current_viewer().user),
        f"{username} is added to the group.",
    )


@blp.post("/groups/<row_id:group_id>/members/<row_id:user_id>/removal/")
@require_permission(can_manage_groups)
@recent_sign_in_required
def remove_member_action(group_id, user_id):
    return _perform_on_group(
        group_id,
        lambda: remove_member(db.session, group_id, user_id, actor=current_viewer().user),
        "The member is removed from the group.",
    )


@blp.post("/groups/<row_id:group_id>/removal/")
@require_permission(can_manage_groups)
@recent_sign_in_required
def delete_group_action(group_id):
    name = find_group(db.session, group_id).name
    return perform_and_redirect(
        lambda: delete_group(db.session, group_id, actor=current_viewer().user),
        f"The group {name} is deleted.",
        GROUPS_PATH,
    )


@blp.post("/groups/<row_id:group_id>/permissions/")
@require_permission(can_administer_users)
@recent_sign_in_required
def grant_permission_action(group_id):
    form = PermissionForm()

    def operation():
        permission = form.permission.data or ""
        target = _find_target(PERMISSIONS.get(permission), form.number.data or "")
        grant_permission(db.session, find_group(db.session, group_id), permission, target, actor=current_viewer().user)

    return _perform_on_group(group_id, operation, "The permission is granted.")


@blp.post("/groups/<row_id:group_id>/presets/")
@require_permission(can_administer_users)
@recent_sign_in_required
def grant_preset_action(group_id):
    preset = request.form.get("preset", "")

    def operation():
        grant_preset(db.session, find_group(db.session, group_id), preset, actor=current_viewer().user)

    return _perform_on_group(group_id, operation, "The permissions are granted.")


@blp.post("/groups/<row_id:group_id>/permissions/<row_id:permission_id>/removal/")
@require_permission(can_administer_users)
@recent_sign_in_required
def revoke_permission_action(group_id, permission_id):
    return _perform_on_group(
        group_id,
        lambda: revoke_permission(db.session, permission_id, actor=current_viewer().user, group_id=group_id),
        "The permission is revoked.",
    )


def _groups_page(form, status=200):
    page = list_groups(db.session, read_paging())
    return admin_page("groups.html", status, groups=page.items, page=page, form=form, page_links=page_links(page))


def _perform_on_group(group_id, operation, success_message):
    find_group(db.session, group_id)
    return perform_and_redirect(operation, success_message, f"{GROUPS_PATH}{group_id}/")


def _find_target(target_type, number):
    """Return the event, user or group of that number, or None for a permission on all of them."""
    if not number:
        return None
    if target_type is None:
        raise InvalidInput("This permission cannot be limited to one object")
    target_id = parse_id(number)
    if target_id is None:
        raise NotFound(f"There is no {target_type} with that number")
    if target_type == "event":
        event = db.session.get(Event, target_id)
        if event is None:
            raise NotFound("There is no event with that number")
        return event
    return (find_account if target_type == "user" else find_group)(db.session, target_id)
