"""The image of an event in a request: an upload, an address to fetch it from, its text and focal point (contract, section 6.3)."""

from collections.abc import Mapping

from flask import current_app, request

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.operations.agenda.event_fields import FlyerChange
from joindin.operations.agenda.image_fetch import fetch_image
from joindin.resources.gancio.body_values import is_missing, member, to_number, to_text
from joindin.resources.gancio.errors import BrokenUpload
from joindin.utils.text import to_single_line

MAX_ALT_TEXT_LENGTH = 500
MAX_URL_LENGTH = 2_000


def read_upload():
    """Return the uploaded image, processed; None if there is none. Other files, and parts without a file name, are ignored.

    :raises BrokenUpload: if it is no image.
    """
    upload = request.files.get("image")
    if upload is None or not upload.filename:
        return None
    content = upload.read()
    if len(content) > current_app.config["MAX_IMAGE_BYTES"]:
        raise BrokenUpload("Error: File too large")
    try:
        return _process(content)
    except InvalidInput as error:
        raise BrokenUpload(str(error)) from None


def read_flyer(body: Mapping, upload, *, is_new: bool) -> FlyerChange:
    """Return the change of the flyer. An image that the body only names by its address is fetched.

    A change without upload, ``image_url`` and any text in ``image`` removes the flyer. Ends the transaction before it fetches.

    :raises InvalidInput: if a field is invalid, or the image cannot be fetched.
    """
    alt_text = to_single_line(to_text("image_name", body.get("image_name"), MAX_ALT_TEXT_LENGTH)).strip() or None
    focal_point = _parse_focal_point(body)
    url = to_text("image_url", body.get("image_url"), MAX_URL_LENGTH)
    if upload is None and url:
        db.session.rollback()
        settings = current_app.config
        upload = _process(
            fetch_image(url, max_bytes=settings["MAX_IMAGE_BYTES"], allow_private=settings["ALLOW_PRIVATE_FETCHES"])
        )
    is_kept = is_new or not is_missing(member(body, "image"))
    return FlyerChange(
        flyer=upload, is_removed=upload is None and not is_kept, alt_text=alt_text, focal_point=focal_point
    )


def _process(content):
    # Imported here: Pillow needs as much memory as a thousand rendered events, and few workers need it.
    from joindin.utils.images.flyers import process_flyer

    return process_flyer(content)


def _parse_focal_point(body):
    """Return the point in ``"x,y"``, each from -1 to 1 and rounded to two decimals; None if it is missing."""
    text = to_text("image_focalpoint", body.get("image_focalpoint"), 100)
    if not text:
        return None
    numbers = [to_number(part) for part in text.split(",")]
    if len(numbers) != 2 or None in numbers:
        raise InvalidInput("image_focalpoint must be two numbers from -1 to 1")
    x, y = (round(min(1.0, max(-1.0, number)), 2) for number in numbers)
    return x, y
