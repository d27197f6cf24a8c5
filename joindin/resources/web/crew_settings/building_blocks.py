"""Administration of building blocks, at the address of ephios: for holders of ``manage_building_blocks`` (spec 10)."""

from flask import Response, redirect, request

from joindin.errors import NotFound
from joindin.extensions import db
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import require_user
from joindin.models.crew import ATOMIC, COMPOSITE
from joindin.operations.crew.administration.building_blocks import (
    create_building_block,
    delete_building_block,
    update_building_block,
)
from joindin.operations.crew.errors import InvalidCrewField
from joindin.queries.crew.building_blocks import list_building_blocks
from joindin.queries.crew.planning.block_uses import list_block_uses, list_named_blocks
from joindin.queries.crew.planning.event_types import list_qualification_titles
from joindin.resources.web.crew.common import blp, commit_or_flash, crew_page
from joindin.resources.web.crew.event_planning import EmptyForm
from joindin.resources.web.crew.planning_access import require_permission
from joindin.resources.web.crew_settings.building_block_form import (
    EVERYONE,
    FORM_FIELDS,
    ROW_FIELDS,
    SOME,
    BuildingBlockForm,
    read_fields,
    stored_form,
    submitted_form,
)

PERMISSION, PATH = "manage_building_blocks", "/settings/signup-blocks/"
TYPE_NAMES = {
    ATOMIC: lazy_gettext("Places for people"),
    COMPOSITE: lazy_gettext("Other blocks"),
}
SCOPES = (
    (EVERYONE, lazy_gettext("everyone in the block")),
    (SOME, lazy_gettext("a number of people")),
)


@blp.get(PATH)
def building_block_list() -> Response:
    require_permission(PERMISSION)
    return crew_page("web/crew/building_blocks.html", blocks=list_named_blocks(db.session))


@blp.route(f"{PATH}create/", methods=["GET", "POST"])
def create_building_block_page() -> Response:
    require_permission(PERMISSION)
    form = submitted_form(request.form) if request.method == "POST" else stored_form()
    if _save(
        form, lambda fields: is_repeated_form() or create_building_block(db.session, fields, actor=require_user())
    ):
        flash_success(gettext("The building block is stored."))
        return redirect(PATH)
    return _form_page(form, None, gettext("Add a building block"))


@blp.route(f"{PATH}<row_id:block_id>/edit/", methods=["GET", "POST"])
def edit_building_block_page(block_id: int) -> Response:
    require_permission(PERMISSION)
    page = _find_block(block_id)
    form = submitted_form(request.form) if request.method == "POST" else stored_form(page)
    if _save(form, lambda fields: update_building_block(db.session, block_id, fields, actor=require_user())):
        flash_success(gettext("The building block is stored."))
        return redirect(PATH)
    return _form_page(form, block_id, gettext("Change the building block"))


@blp.route(f"{PATH}<row_id:block_id>/delete/", methods=["GET", "POST"])
def delete_building_block_page(block_id: int) -> Response:
    require_permission(PERMISSION)
    block, form = _find_block(block_id).blocks[0], EmptyForm()
    if form.is_submitted() and form.validate():
        commit_or_flash(
            lambda: delete_building_block(db.session, block_id, actor=require_user()), gettext("It is deleted.")
        )
        return redirect(PATH)
    uses = list_block_uses(db.session, block_id)
    return crew_page("web/crew/building_block_delete.html", form=form, block=block, uses=uses)


def _find_block(block_id):
    page = list_building_blocks(db.session.connection(), limit=1, offset=0, block_id=block_id)
    if not page.blocks:
        raise NotFound("There is no such building block")
    return page


def _save(form: BuildingBlockForm, write) -> bool:
    """Write and commit, unless a button only adds rows or a value is not acceptable. Return whether it is stored."""
    if request.method != "POST":
        return False
    if (prefix := request.form.get("add_rows")) is not None:
        if prefix in ROW_FIELDS:
            form.add_rows(prefix)
        return False
    fields = read_fields(form)
    if fields is None:
        return False
    try:
        write(fields)
        db.session.commit()
        return True
    except InvalidCrewField as error:
        db.session.rollback()
        form.errors[FORM_FIELDS.get(error.field, error.field)] = gettext(str(error))
    return False


def _form_page(form: BuildingBlockForm, block_id: int | None, title: str) -> Response:
    return crew_page(
        "web/crew/building_block_form.html",
        form=form,
        title=title,
        types=TYPE_NAMES,
        scopes=SCOPES,
        qualifications=list_qualification_titles(db.session),
        blocks=[(each.id, each.name) for each in list_named_blocks(db.session) if each.id != block_id],
    )
