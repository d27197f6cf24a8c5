"""Event images, at the paths of the original web site (spec 4.10).

The name of a file is never reused, therefore caches may store it permanently. A web server in front may serve the folder
directly.
"""

from pathlib import Path

from flask import Blueprint, Response, current_app, send_from_directory
from werkzeug.exceptions import NotFound

from joindin.operations.images import EVENT_ICONS_FOLDER

MAX_AGE_S = 31_536_000
# Media types by file extension. None of them can contain scripts.
MEDIA_TYPES = {
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}

blp = Blueprint("media", __name__)


@blp.get("/inc/img/event_icons/<path:file>")
def serve_event_image(file):
    """Send one size of an event image."""
    folder = Path(current_app.config["MEDIA_DIR"], EVENT_ICONS_FOLDER)
    media_type = MEDIA_TYPES.get(Path(file).suffix.lower())
    if media_type is None or file != Path(file).name:
        return _not_found()
    try:
        response = send_from_directory(folder, file, mimetype=media_type, max_age=MAX_AGE_S)
    except NotFound:
        return _not_found()
    response.cache_control.immutable = True
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _not_found():
    return Response("There is no such image\n", 404, mimetype="text/plain")
