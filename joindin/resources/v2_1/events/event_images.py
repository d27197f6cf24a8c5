"""The image of an event (spec 4.10)."""

from flask import current_app, request
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput
from joindin.extensions import db, media_storage, reader
from joindin.http.request_identity import get_caller
from joindin.models import Event
from joindin.operations.images import EventImageStore, remove_event_image, set_event_image
from joindin.permissions import can_edit_event
from joindin.queries.event_visibility import check_event_access
from joindin.queries.events import list_images
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.representations.v2_1.event_images import EventImagesSchema, represent_images
from joindin.resources.v2_1.authorization import with_event
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty
from joindin.resources.v2_1.responses import empty_response, object_response

blp = Blueprint("images", __name__, url_prefix="/v2.1", description="Images of events")

MSG_LOGIN_REQUIRED = "You must be logged in to create data"
MSG_FORBIDDEN = "You don't have permission to do that"
MSG_EVENT_NOT_FOUND = "There is no event with ID %s"
MSG_IMAGE_REQUIRED = "Image was not supplied"
# The codes are those of PHP: 1 is a file that is too large, 4 a form without a chosen file.
MSG_IMAGE_TOO_LARGE = "Image upload failed (Code: 1): an image may have at most %s, this file has %s"
MSG_NO_FILE_CHOSEN = "Image upload failed (Code: 4): no file was chosen"
INVALID_IMAGE_MESSAGES = (
    MSG_IMAGE_TOO_LARGE % ("8.0 MiB", "8.4 MiB"),
    MSG_NO_FILE_CHOSEN,
    "Supplied image must be a PNG, JPEG, GIF or WebP; the file is a PDF",
    "Image could not be created: the PNG file is damaged or incomplete",
    "Image could not be created: a JPEG file may have at most 100 progressive scans",
    "Supplied image must be square",
    "Supplied image must be at least 140px square",
    "Supplied image must be no more than 1440px square",
)


def _find_active_event(event_id):
    """Return the event; the contract answers 400, not 404, if there is none."""
    event = db.session.get(Event, event_id)
    if event is None or not event.is_active:
        raise InvalidInput(MSG_EVENT_NOT_FOUND % event_id)
    return event


require_host = with_event(
    can_edit_event, login_message=MSG_LOGIN_REQUIRED, refusal=MSG_FORBIDDEN, find=_find_active_event
)


class NewImageSchema(ObjectSchema):
    image = string(description="The file.", format="binary")


@blp.route("/events/<positive:event_id>/images")
class EventImages(MethodView):
    @returns(EventImagesSchema)
    @fails_with({404: "Event not found"})
    def get(self, event_id):
        """Show the sizes of an event's image."""
        check_event_access(reader(), event_id, get_caller().user)
        images = list_images(db.session, event_id)
        return object_response({"images": represent_images(images, links()), "meta": {"count": len(images)}})

    @require_host
    @accepts_body(NewImageSchema, "multipart/form-data")
    @returns_empty(201, location="/v2.1/events/3")
    @fails_with({400: (MSG_EVENT_NOT_FOUND % 3, MSG_IMAGE_REQUIRED, *INVALID_IMAGE_MESSAGES)})
    def post(self, event, viewer):
        """Upload an image: square, 140 to 1440 pixels, PNG, JPEG, GIF or WebP.

        The server keeps the pixels, upright and in sRGB, and drops everything else in the file. Animated GIFs stay animated. Animated
        PNG and WebP files become stills.
        """
        # Imported here: Pillow needs as much memory as a thousand rendered events, and few workers need it.
        from joindin.utils.images.processing import process_event_image

        images = process_event_image(_read_upload())
        with EventImageStore(media_storage()) as store:
            set_event_image(db.session, event.id, images, store)
            db.session.commit()
        return empty_response(201, links().event(event.id))

    @require_host
    @returns_empty(204, location="/v2.1/events/3")
    @fails_with({400: MSG_EVENT_NOT_FOUND % 3})
    def delete(self, event, viewer):
        """Remove the image of an event."""
        with EventImageStore(media_storage()) as store:
            remove_event_image(db.session, event.id, store)
            db.session.commit()
        return empty_response(204, links().event(event.id))


def _read_upload():
    upload = request.files.get("image")
    if upload is None:
        raise InvalidInput(MSG_IMAGE_REQUIRED)
    if not upload.filename:
        raise InvalidInput(MSG_NO_FILE_CHOSEN)
    content, max_bytes = upload.read(), current_app.config["MAX_IMAGE_BYTES"]
    if len(content) > max_bytes:
        raise InvalidInput(MSG_IMAGE_TOO_LARGE % (_mebibytes(max_bytes), _mebibytes(len(content))))
    return content


def _mebibytes(size):
    return f"{size / 1024 / 1024:.1f} MiB"
