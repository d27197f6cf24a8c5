"""Pages of the site, such as "About" (contract, section 15)."""

import orjson

from joindin.extensions import db
from joindin.http.request_identity import get_caller
from joindin.operations.agenda.site_texts import (
    MAX_TEXT_LENGTH,
    MAX_TITLE_LENGTH,
    add_site_page,
    delete_site_page,
    edit_site_page,
)
from joindin.permissions import can_administer_site
from joindin.queries.agenda.site_texts import find_site_page, list_site_pages
from joindin.representations.gancio.site_texts import represent_in_list, represent_site_page
from joindin.resources.gancio.authentication import requires
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.body_fields import read_changes, read_flag, read_line, read_text
from joindin.resources.gancio.request_params import read_params
from joindin.resources.gancio.responses import json_response, read_response, text_response
from joindin.utils.datetimes import utc_now
from joindin.viewer import Viewer

blp = StrictBlueprint("gancio_site_pages", __name__, url_prefix="/api/pages")


@blp.get("")
@requires(can_administer_site)
def list_all():
    return json_response([represent_in_list(represent_site_page(page)) for page in list_site_pages(db.session)])


@blp.get("/<slug>")
def get_one(slug):
    page = find_site_page(db.session, slug, Viewer(get_caller().user))
    return read_response(orjson.dumps(represent_site_page(page)))


@blp.post("")
@requires(can_administer_site)
def add():
    params = read_params()
    page = add_site_page(
        db.session,
        title=read_line(params, "title", max_length=MAX_TITLE_LENGTH, is_required=True),
        content=read_text(params, "content", max_length=MAX_TEXT_LENGTH) or "",
        actor=get_caller().user,
        now=utc_now(),
    )
    db.session.commit()
    return json_response(represent_site_page(page))


@blp.put("/<row_id:page_id>")
@requires(can_administer_site)
def update(page_id):
    params = read_params()
    fields = {
        "title": read_line(params, "title", max_length=MAX_TITLE_LENGTH) or None,
        "content": read_text(params, "content", max_length=MAX_TEXT_LENGTH),
        "is_visible": read_flag(params, "visible"),
    }
    page = edit_site_page(db.session, page_id, read_changes(fields), actor=get_caller().user, now=utc_now())
    db.session.commit()
    return json_response(represent_site_page(page))


@blp.delete("/<row_id:page_id>")
@requires(can_administer_site)
def delete(page_id):
    delete_site_page(db.session, page_id, actor=get_caller().user)
    db.session.commit()
    return text_response()
