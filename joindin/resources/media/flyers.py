"""Flyers of events (Gancio contract, section 8).

The name of a file is never reused, therefore caches may store it permanently. A web server in front may serve local folders
directly.
"""

import re
from pathlib import Path

from flask import Blueprint, Response, redirect

from joindin.http.media_files import send_media_file
from joindin.operations.images import EVENT_ICONS_FOLDER, FLYERS_FOLDER, THUMBNAILS_FOLDER
from joindin.resources.media.views import MAX_AGE_S
from joindin.utils.images.media_types import media_type_of

# Other names are those of square images, which have no thumbnail.
FLYER_NAME = re.compile(r"[0-9a-f]{32}\.jpg")
FALLBACK_PATH = "/fallbackimage.png"

blp = Blueprint("flyers", __name__)


@blp.get("/media/<path:file>")
def serve_flyer(file):
    return _send_file(FLYERS_FOLDER, file) or redirect(FALLBACK_PATH)


@blp.get("/media/thumb/<path:file>")
def serve_thumbnail(file):
    return _send_file(THUMBNAILS_FOLDER, file) or redirect(FALLBACK_PATH)


@blp.get("/download/<path:file>")
def download_flyer(file):
    response = _send_file(FLYERS_FOLDER, file)
    if response is None:
        return Response("Not Found", 404, mimetype="text/plain")
    response.headers.set("Content-Disposition", "attachment", filename=file)
    return response


def _send_file(folder, file):
    """Return a response with the file, or None if there is none."""
    media_type = media_type_of(file)
    if media_type is None or file != Path(file).name:
        return None
    folder = folder if FLYER_NAME.fullmatch(file) else EVENT_ICONS_FOLDER
    response = send_media_file(f"{folder}/{file}", media_type, MAX_AGE_S)
    if response is not None:
        response.cache_control.immutable = True
    return response
