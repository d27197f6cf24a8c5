"""Uploads of the site's pictures (contract, section 14). A request without a file restores the default."""

from flask import current_app, request

from joindin.errors import InvalidInput
from joindin.extensions import db, media_storage
from joindin.http.request_identity import get_caller
from joindin.operations.agenda.site_pictures import SITE_PICTURES, set_site_picture
from joindin.operations.agenda.site_settings import set_site_setting
from joindin.permissions import can_administer_site
from joindin.resources.gancio.authentication import requires
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.responses import json_response, text_response
from joindin.utils.datetimes import utc_now

blp = StrictBlueprint("gancio_site_pictures", __name__)


@blp.post("/api/settings/logo")
@requires(can_administer_site)
def upload_logo():
    return _upload("logo", "logo", "logo")


@blp.post("/api/settings/fallbackImage")
@requires(can_administer_site)
def upload_fallback_image():
    return _upload("fallbackImage", "fallbackimage", "fallback_image")


@blp.post("/api/settings/headerImage")
@requires(can_administer_site)
def upload_header_image():
    return _upload("headerImage", "headerimage", "header_image")


def _upload(field, name, key):
    """Store the picture, and its path as a setting, which the audit log tells."""
    # Imported here: Pillow needs as much memory as a thousand rendered events.
    from joindin.utils.images.site_pictures import process_site_picture

    upload = request.files.get(field)
    content = None
    if upload is not None and upload.filename:
        try:
            content = process_site_picture(_read(upload), SITE_PICTURES[name])
        except InvalidInput as error:
            return json_response(f"Error: {error}", 400)
    path = None if content is None else f"/{name}.png"
    set_site_setting(db.session, key, path, actor=get_caller().user, now=utc_now())
    set_site_picture(media_storage(), name, content)
    db.session.commit()
    return text_response()


def _read(upload):
    content, max_bytes = upload.read(), current_app.config["MAX_IMAGE_BYTES"]
    if len(content) > max_bytes:
        raise InvalidInput(f"An image may have at most {max_bytes:,} bytes")
    return content
