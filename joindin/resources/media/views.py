"""The files that answers point to, on the paths of the original's web site (spec 4.10).

A name is never given to another image, so whoever has a file may keep it for ever. A web server in
front may serve the same folder itself.
"""

from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, send_from_directory
from werkzeug.exceptions import NotFound

from joindin.operations.images import EVENT_ICONS_FOLDER

A_YEAR = 31_536_000
# What an image is served as goes by its ending alone; nothing that a browser would run is among them.
TYPES = {
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}

blp = Blueprint("media", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(blp)


@blp.get("/inc/img/event_icons/<path:file>")
def serve_event_image(file):
    """Send one size of an event's image."""
    folder = Path(current_app.config["MEDIA_DIR"], EVENT_ICONS_FOLDER)
    kind = TYPES.get(Path(file).suffix.lower())
    if kind is None or file != Path(file).name:
        return _no_image()
    try:
        response = send_from_directory(folder, file, mimetype=kind, max_age=A_YEAR)
    except NotFound:
        return _no_image()
    response.cache_control.immutable = True
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _no_image():
    return Response("There is no such image\n", 404, mimetype="text/plain")
