"""The image of an event (spec 4.10)."""

from flask import current_app, request
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Forbidden, InvalidInput
from joindin.extensions import db
from joindin.models import Event
from joindin.operations.images import EventImageStore, remove_event_image, set_event_image
from joindin.permissions import can_edit_event
from joindin.queries.events import list_images
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.representations.v2_1.events import EventImagesSchema, represent_images
from joindin.resources.v2_1.authentication import links, require_user
from joindin.resources.v2_1.authorization import check_permission_and_audit
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty
from joindin.resources.v2_1.responses import empty_response, object_response

blp = Blueprint("images", __name__, url_prefix="/v2.1", description="Images of events")

TO_CREATE = "You must be logged in to create data"
NOT_YOURS = "You don't have permission to do that"
NO_EVENT = "There is no event with ID %s"
IMAGE_PROBLEMS = (
    "Image upload failed (Code: 1)",
    "Supplied image must be a PNG, JPG or GIF",
    "Supplied image must be square",
    "Supplied image must be at least 140px square",
    "Supplied image must be no more than 1440px square",
)


class NewImageSchema(ObjectSchema):
    image = string(description="The file.", format="binary")


@blp.route("/events/<positive:event_id>/images")
class EventImages(MethodView):
    @returns(EventImagesSchema)
    def get(self, event_id):
        """Show the sizes of an event's image."""
        images = list_images(db.session, event_id)
        return object_response({"images": represent_images(images, links()), "meta": {"count": len(images)}})

    @accepts_body(NewImageSchema, "multipart/form-data")
    @returns_empty(201, location="/v2.1/events/3")
    @fails_with({401: TO_CREATE, 403: NOT_YOURS, 400: (NO_EVENT % 3, "Image was not supplied", *IMAGE_PROBLEMS)})
    def post(self, event_id):
        """Upload an image: square, 140 to 1440 pixels, PNG, JPEG, GIF or WebP.

        It is made anew from its pixels; whatever else the file held is gone.
        """
        _check_may_change(event_id)
        upload = request.files.get("image")
        if upload is None:
            raise InvalidInput("Image was not supplied")
        if not upload.filename:
            # What a form sends when nobody chose a file.
            raise InvalidInput("Image upload failed (Code: 4)")
        content = upload.read()
        if len(content) > current_app.config["MAX_IMAGE_BYTES"]:
            raise InvalidInput("Image upload failed (Code: 1)")
        # Imported here: Pillow takes as much memory as a thousand rendered events, and few workers ever need it.
        from joindin.utils.images import process_event_image

        made = process_event_image(content)
        with EventImageStore(current_app.config["MEDIA_DIR"]) as files:
            set_event_image(db.session, event_id, made, files)
            db.session.commit()
        return empty_response(201, links().event(event_id))

    @returns_empty(204, location="/v2.1/events/3")
    @fails_with({401: TO_CREATE, 403: NOT_YOURS, 400: NO_EVENT % 3})
    def delete(self, event_id):
        """Remove the image of an event."""
        _check_may_change(event_id)
        with EventImageStore(current_app.config["MEDIA_DIR"]) as files:
            remove_event_image(db.session, event_id, files)
            db.session.commit()
        return empty_response(204, links().event(event_id))


def _check_may_change(event_id):
    user = require_user(TO_CREATE)
    event = db.session.get(Event, event_id)
    if event is None or not event.is_active:
        raise InvalidInput(NO_EVENT % event_id)
    if not check_permission_and_audit(can_edit_event, load_viewer_for_events(db.session, user, [event_id]), event):
        raise Forbidden(NOT_YOURS)
