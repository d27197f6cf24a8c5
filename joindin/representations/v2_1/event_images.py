"""Images of an event (spec 4.10)."""

from marshmallow import fields

from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, integer, object_of, one_of, string, website_url
from joindin.representations.v2_1.collections import CountMetaSchema


class ImageSchema(ObjectSchema):
    type = string("small", "The size: `orig` or `small`.")
    url = website_url("/inc/img/event_icons/icon-3-small.png")
    width = integer(140)
    height = integer(140)


def images_field():
    return one_of(
        fields.Dict(keys=fields.String(), values=fields.Nested(ImageSchema)),
        fields.List(fields.Raw(), metadata={"maxItems": 0}),
        description="An object by size, `orig` and `small`; an empty list if the event has no image.",
        example={
            size: {
                "type": size,
                "url": f"https://example.org/inc/img/event_icons/icon-3-{size}.png",
                "width": pixels,
                "height": pixels,
            }
            for size, pixels in (("orig", 650), ("small", 140))
        },
    )


class EventImagesSchema(ObjectSchema):
    images = images_field()
    meta = object_of(CountMetaSchema)


def represent_images(images, links: Links) -> dict | list:
    """Return the images by size, or an empty *list* for none: all clients rely on it (spec 1, #7)."""
    return {
        image.size: {
            "type": image.size,
            "url": image.url or links.event_image(image.file),
            "width": image.width,
            "height": image.height,
        }
        for image in images
    } or []
