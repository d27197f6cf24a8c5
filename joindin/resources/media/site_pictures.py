"""Pictures of the site, at the fixed paths of Gancio: uploaded by admins, or the defaults (contract, section 14)."""

from pathlib import Path

from flask import Blueprint, current_app, request, send_file

from joindin.http.media_files import send_media_file
from joindin.operations.agenda.site_pictures import site_picture_file

MAX_AGE_S = 600

blp = Blueprint("site_pictures", __name__)


@blp.get("/logo.png")
@blp.get("/fallbackimage.png")
@blp.get("/headerimage.png")
def serve_site_picture():
    name = request.path.strip("/").removesuffix(".png")
    uploaded = send_media_file(site_picture_file(name), "image/png", MAX_AGE_S)
    if uploaded is not None:
        return uploaded
    default = Path(current_app.static_folder, "pictures", f"{name}.png")
    return send_file(default, mimetype="image/png", max_age=MAX_AGE_S)
