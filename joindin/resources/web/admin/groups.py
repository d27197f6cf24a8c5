"""Groups: who is in them, and what they may."""

from flask import redirect, request
from wtforms import SelectField

from joindin.errors import Conflict, Invalid, NotFound
from joindin.extensions import db
from joindin.http.forms import Form, Text, at_most, choices, filled
from joindin.http.html_pages import notify
from joindin.http.sessions import require_recent_sign_in
from joindin.models import PERMISSIONS, PRESETS, Event
from joindin.operations.accounts.granted_permissions import permit, permit_preset, take_back
from joindin.operations.accounts.groups import (
    LONGEST_NAME,
    add_member,
    create_group,
    delete_group,
    remove_member,
    rename_group,
)
from joindin.permissions import can_administer_users, can_manage_groups
from joindin.queries.accounts.account_administration import find_account
from joindin.queries.accounts.granted_permissions import list_permits
from joindin.queries.accounts.groups import find_group, list_groups, list_members
from joindin.resources.web.admin.common import blp, carry_out, neighbours, only_for, read_paging, show, viewer
from joindin.utils.datetimes import utc_now

GROUPS = "/desk/groups/"


class Name(Form):
    name = Text("Name", [filled("Enter a name"), at_most(LONGEST_NAME, "The name")])


class Member(Form):
    username = Text("Username", [filled("Enter a username")], render_kw={"autocapitalize": "none"})


class Permission(Form):
    permission = SelectField(
        "Permission",
        [filled("Choose a permission")],
        choices=choices([("", "Choose one"), *((name, name) for name in PERMISSIONS)]),
    )
    number = Text(
        "Number",
        description="Of the one event, person or group that it is for. Empty: for everything.",
        render_kw={"inputmode": "numeric"},
    )


@blp.get("/groups/")
@only_for(can_manage_groups)
def show_groups():
    return _show_all(Name(formdata=None))


@blp.post("/groups/")
@only_for(can_manage_groups)
def add_group():
    form = Name()
    if form.validate():
        try:
            group = create_group(db.session, form.name.data, actor=viewer().user, now=utc_now())
            db.session.commit()
            notify(f"The group {group.name} is there.")
            return redirect(f"{GROUPS}{group.id}/", 303)
        except (Conflict, Invalid) as refused:
            db.session.rollback()
            form.refuse(str(refused), form.name)
    return _show_all(form, 400)


@blp.get("/groups/<row_id:group_id>/")
@only_for(can_manage_groups)
def show_group(group_id):
    group = find_group(db.session, group_id)
    members = list_members(db.session, group_id, read_paging())
    return show(
        "group.html",
        group=group,
        members=members.items,
        page=members,
        neighbours=neighbours(members),
        name=Name(formdata=None, data={"name": group.name}),
        member=Member(formdata=None),
        permits=list_permits(db.session, group_id=group_id),
        permission=Permission(formdata=None),
        presets=PRESETS,
        may_permit=can_administer_users(viewer()),
    )


@blp.post("/groups/<row_id:group_id>/name/")
@only_for(can_manage_groups)
def change_name(group_id):
    name = Name().name.data or ""
    return _carry_out(
        group_id, lambda: rename_group(db.session, group_id, name, actor=viewer().user), "The name is changed."
    )


@blp.post("/groups/<row_id:group_id>/members/")
@only_for(can_manage_groups)
def take_in(group_id):
    username = Member().username.data or ""
    return _carry_out(
        group_id,
        lambda: add_member(db.session, group_id, username=username, actor=viewer().user),
        f"{username} is in the group.",
    )


@blp.post("/groups/<row_id:group_id>/members/<row_id:user_id>/removal/")
@only_for(can_manage_groups)
def take_out(group_id, user_id):
    return _carry_out(
        group_id,
        lambda: remove_member(db.session, group_id, user_id, actor=viewer().user),
        "They are no longer in the group.",
    )


@blp.post("/groups/<row_id:group_id>/removal/")
@only_for(can_manage_groups)
def dissolve(group_id):
    name = find_group(db.session, group_id).name
    return carry_out(
        lambda: delete_group(db.session, group_id, actor=viewer().user), f"The group {name} is dissolved.", GROUPS
    )


@blp.post("/groups/<row_id:group_id>/permissions/")
@only_for(can_administer_users)
@require_recent_sign_in
def permit_group(group_id):
    form = Permission()

    def work():
        permission = form.permission.data or ""
        thing = _find_thing(PERMISSIONS.get(permission), form.number.data or "")
        permit(db.session, find_group(db.session, group_id), permission, thing, actor=viewer().user)

    return _carry_out(group_id, work, "That is permitted.")


@blp.post("/groups/<row_id:group_id>/presets/")
@only_for(can_administer_users)
@require_recent_sign_in
def permit_group_preset(group_id):
    preset = request.form.get("preset", "")

    def work():
        permit_preset(db.session, find_group(db.session, group_id), preset, actor=viewer().user)

    return _carry_out(group_id, work, "All of that is permitted.")


@blp.post("/groups/<row_id:group_id>/permissions/<row_id:permit_id>/removal/")
@only_for(can_administer_users)
@require_recent_sign_in
def take_permission_back(group_id, permit_id):
    return _carry_out(
        group_id, lambda: take_back(db.session, permit_id, actor=viewer().user), "That is no longer permitted."
    )


def _show_all(form, status=200):
    page = list_groups(db.session, read_paging())
    return show("groups.html", status, groups=page.items, page=page, form=form, neighbours=neighbours(page))


def _carry_out(group_id, work, done):
    find_group(db.session, group_id)
    return carry_out(work, done, f"{GROUPS}{group_id}/")


def _find_thing(kind, number):
    if not number:
        return None
    if kind is None:
        raise Invalid("That permission is for everything only")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise NotFound(f"There is no {kind} of that number")
    if kind == "event":
        event = db.session.get(Event, int(number))
        if event is None:
            raise NotFound("There is no event of that number")
        return event
    return (find_account if kind == "user" else find_group)(db.session, int(number))
