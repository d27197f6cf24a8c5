"""Event images, at the paths of the original web site (spec 4.10).

The name of a file is never reused, therefore caches may store it permanently. A web server in front may serve a local
folder directly.
"""

from pathlib import Path

from flask import Blueprint, Response

from joindin.http.media_files import send_media_file
from joindin.operations.images import EVENT_ICONS_FOLDER
from joindin.utils.images.media_types import media_type_of

MAX_AGE_S = 31_536_000

blp = Blueprint("media", __name__)


@blp.get("/inc/img/event_icons/<path:file>")
def serve_event_image(file):
    """Send one size of an event image."""
    media_type = media_type_of(file)
    if media_type is None or file != Path(file).name:
        return _not_found()
    response = send_media_file(f"{EVENT_ICONS_FOLDER}/{file}", media_type, MAX_AGE_S)
    if response is None:
        return _not_found()
    response.cache_control.immutable = True
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _not_found():
    return Response("There is no such image\n", 404, mimetype="text/plain")
