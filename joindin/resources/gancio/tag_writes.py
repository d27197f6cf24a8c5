"""Renaming, merging and deletion of tags (contract, section 10)."""

from joindin.extensions import db
from joindin.http.request_identity import get_caller
from joindin.operations.agenda.tags import MAX_NAME_LENGTH, delete_tag, rename_tag
from joindin.permissions import can_administer_site
from joindin.resources.gancio.authentication import requires
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.body_fields import read_text
from joindin.resources.gancio.request_params import read_params
from joindin.resources.gancio.responses import text_response
from joindin.utils.text import to_single_line

blp = StrictBlueprint("gancio_tag_writes", __name__, url_prefix="/api")


@blp.put("/tag")
@requires(can_administer_site)
def rename():
    params = read_params()
    name = read_text(params, "tag", max_length=MAX_NAME_LENGTH) or ""
    new_name = to_single_line(read_text(params, "newTag", max_length=MAX_NAME_LENGTH) or "").strip()
    rename_tag(db.session, name, new_name, actor=get_caller().user)
    db.session.commit()
    return text_response()


@blp.delete("/tag/<path:name>")
@requires(can_administer_site)
def delete(name):
    delete_tag(db.session, name.replace("\0", ""), actor=get_caller().user)
    db.session.commit()
    return text_response()
