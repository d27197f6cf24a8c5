"""Announcements on the site (contract, section 15)."""

import orjson

from joindin.extensions import db
from joindin.http.request_identity import get_caller
from joindin.operations.agenda.site_texts import (
    MAX_TEXT_LENGTH,
    MAX_TITLE_LENGTH,
    add_announcement,
    delete_announcement,
    edit_announcement,
)
from joindin.permissions import can_administer_site
from joindin.queries.agenda.site_texts import find_announcement, list_announcements
from joindin.representations.gancio.site_texts import represent_announcement, represent_in_list
from joindin.resources.gancio.authentication import requires
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.body_fields import read_changes, read_flag, read_line, read_text
from joindin.resources.gancio.request_params import read_params
from joindin.resources.gancio.responses import json_response, read_response, text_response
from joindin.utils.datetimes import utc_now

blp = StrictBlueprint("gancio_announcements", __name__, url_prefix="/api/announcements")


@blp.get("")
@requires(can_administer_site)
def list_all():
    return json_response([represent_in_list(represent_announcement(each)) for each in list_announcements(db.session)])


@blp.get("/<row_id:announcement_id>")
def get_one(announcement_id):
    announcement = find_announcement(db.session, announcement_id)
    return read_response(orjson.dumps(represent_announcement(announcement)))


@blp.post("")
@requires(can_administer_site)
def add():
    params = read_params()
    announcement = add_announcement(
        db.session,
        title=read_line(params, "title", max_length=MAX_TITLE_LENGTH, is_required=True),
        text=read_text(params, "announcement", max_length=MAX_TEXT_LENGTH) or "",
        actor=get_caller().user,
        now=utc_now(),
    )
    db.session.commit()
    return json_response(represent_announcement(announcement))


@blp.put("/<row_id:announcement_id>")
@requires(can_administer_site)
def update(announcement_id):
    params = read_params()
    fields = {
        "title": read_line(params, "title", max_length=MAX_TITLE_LENGTH) or None,
        "text": read_text(params, "announcement", max_length=MAX_TEXT_LENGTH),
        "is_visible": read_flag(params, "visible"),
    }
    announcement = edit_announcement(
        db.session, announcement_id, read_changes(fields), actor=get_caller().user, now=utc_now()
    )
    db.session.commit()
    return json_response(represent_announcement(announcement))


@blp.delete("/<row_id:announcement_id>")
@requires(can_administer_site)
def delete(announcement_id):
    delete_announcement(db.session, announcement_id, actor=get_caller().user)
    db.session.commit()
    return text_response()
