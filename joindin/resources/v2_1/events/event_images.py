"""The image of an event (spec 4.10)."""

from flask import current_app, request
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid, NotAllowed
from joindin.extensions import db
from joindin.models import Event
from joindin.operations.images import ImageFiles, remove_event_image, set_event_image
from joindin.permissions import can_edit_event
from joindin.queries.events import list_images
from joindin.queries.viewer_relations import view_events
from joindin.representations.schema_fields import Shape, text
from joindin.representations.v2_1.events import EventImagesSchema, represent_images
from joindin.resources.v2_1.authentication import links, signed_in
from joindin.resources.v2_1.authorization import allows
from joindin.resources.v2_1.openapi import does, refuses, shows, takes
from joindin.resources.v2_1.responses import empty, thing

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


class NewImageSchema(Shape):
    image = text(about="The file.", format="binary")


@blp.route("/events/<positive:event_id>/images")
class EventImages(MethodView):
    @shows(EventImagesSchema)
    def get(self, event_id):
        """Show the sizes of an event's image."""
        images = list_images(db.session, event_id)
        return thing({"images": represent_images(images, links()), "meta": {"count": len(images)}})

    @takes(NewImageSchema, "multipart/form-data")
    @does(201, location="/v2.1/events/3")
    @refuses({401: TO_CREATE, 403: NOT_YOURS, 400: (NO_EVENT % 3, "Image was not supplied", *IMAGE_PROBLEMS)})
    def post(self, event_id):
        """Upload an image: square, 140 to 1440 pixels, PNG, JPEG, GIF or WebP.

        It is made anew from its pixels; whatever else the file held is gone.
        """
        _check_may_change(event_id)
        upload = request.files.get("image")
        if upload is None:
            raise Invalid("Image was not supplied")
        if not upload.filename:
            # What a form sends when nobody chose a file.
            raise Invalid("Image upload failed (Code: 4)")
        content = upload.read()
        if len(content) > current_app.config["MAX_IMAGE_BYTES"]:
            raise Invalid("Image upload failed (Code: 1)")
        # Imported here: Pillow takes as much memory as a thousand rendered events, and few workers ever need it.
        from joindin.utils.images import make_event_images

        made = make_event_images(content)
        with ImageFiles(current_app.config["MEDIA_DIR"]) as files:
            set_event_image(db.session, event_id, made, files)
            db.session.commit()
        return empty(201, links().event(event_id))

    @does(204, location="/v2.1/events/3")
    @refuses({401: TO_CREATE, 403: NOT_YOURS, 400: NO_EVENT % 3})
    def delete(self, event_id):
        """Remove the image of an event."""
        _check_may_change(event_id)
        with ImageFiles(current_app.config["MEDIA_DIR"]) as files:
            remove_event_image(db.session, event_id, files)
            db.session.commit()
        return empty(204, links().event(event_id))


def _check_may_change(event_id):
    user = signed_in(TO_CREATE)
    event = db.session.get(Event, event_id)
    if event is None or not event.is_active:
        raise Invalid(NO_EVENT % event_id)
    if not allows(can_edit_event, view_events(db.session, user, [event_id]), event):
        raise NotAllowed(NOT_YOURS)
