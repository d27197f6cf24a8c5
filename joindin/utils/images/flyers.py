"""Processing of flyers and venue plans: images of any ratio, stored as JPEG in two widths (Gancio contract, section 8)."""

import io
import math
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image

from joindin.errors import InvalidInput
from joindin.utils.images.decoding import DECODING, decode_image, has_alpha, to_eight_bits
from joindin.utils.images.file_types import parse_image
from joindin.utils.images.image_file import MIN_SIZE_PX, SMALL_SIZE_PX, ProcessedImage

FULL_WIDTH_PX, FULL_QUALITY = 1200, 95
THUMBNAIL_WIDTH_PX, THUMBNAIL_QUALITY = 500, 80
# The contract limits the width alone. This is about ten screens.
MAX_HEIGHT_PX = 10_000
SQUARE_QUALITY = 90

# The messages of Gancio. Clients show them.
MSG_UNSUPPORTED_IMAGE = "Error: Input buffer contains unsupported image format"
MSG_TOO_MANY_PIXELS = "Error: Input image exceeds pixel limit"


class TooManyPixels(InvalidInput):
    """The image is too large to be decoded."""


@dataclass(frozen=True)
class ProcessedFlyer:
    """A flyer without metadata, ready to be stored; width and height are those of ``content``."""

    width: int
    height: int
    content: bytes
    thumbnail: bytes


def process_flyer(content: bytes, *, max_width: int = FULL_WIDTH_PX) -> ProcessedFlyer:
    """Return the upright image as progressive JPEG, at most ``max_width`` pixels wide, and a thumbnail of at most 500.

    :raises InvalidInput: with Gancio's message, if the content is no image, is damaged, or has too many pixels.
    :raises Overloaded: if other images are being processed.
    """
    with DECODING, _gancio_messages():
        file = parse_image(content)
        if file.has_too_many_pixels:
            raise TooManyPixels(MSG_TOO_MANY_PIXELS)
        width, height = (file.height, file.width) if file.orientation > 4 else (file.width, file.height)
        full = _flatten(decode_image(file, min(1, max_width / width, MAX_HEIGHT_PX / height)))
        thumbnail_width = min(THUMBNAIL_WIDTH_PX, full.width)
        thumbnail = full.resize(
            (thumbnail_width, max(1, math.floor(height * thumbnail_width / width + 0.5))), Image.Resampling.LANCZOS
        )
        return ProcessedFlyer(
            full.width, full.height, _encode(full, FULL_QUALITY), _encode(thumbnail, THUMBNAIL_QUALITY)
        )


def crop_square(flyer: bytes, focal_point: tuple[float, float]) -> list[ProcessedImage]:
    """Return the ``orig`` and the 140 px ``small`` square around the focal point of a processed flyer."""
    image = Image.open(io.BytesIO(flyer), formats=["JPEG"])
    side = min(image.size)
    left, top = (
        round((length - side) * (point + 1) / 2) for length, point in zip(image.size, focal_point, strict=True)
    )
    square = image.crop((left, top, left + side, top + side))
    return [
        ProcessedImage(size, "jpg", pixels, pixels, _encode(_resize(square, pixels), SQUARE_QUALITY))
        for size, pixels in (("orig", max(side, MIN_SIZE_PX)), ("small", SMALL_SIZE_PX))
    ]


@contextmanager
def _gancio_messages():
    try:
        yield
    except TooManyPixels:
        raise
    except InvalidInput as error:
        raise InvalidInput(MSG_UNSUPPORTED_IMAGE) from error


def _flatten(image):
    """Return the image in RGB, transparent parts on white."""
    image = to_eight_bits(image)
    if not has_alpha(image):
        return image.convert("RGB")
    image = image.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def _resize(square, pixels):
    return square if square.width == pixels else square.resize((pixels, pixels), Image.Resampling.LANCZOS)


def _encode(image, quality):
    buffer = io.BytesIO()
    image.info = {}
    image.save(buffer, "JPEG", quality=quality, progressive=True, optimize=True)
    return buffer.getvalue()
