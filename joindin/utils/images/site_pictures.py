"""Processing of the pictures of a site: logo, fallback and header image (Gancio contract, section 14)."""

import io
import math

from PIL import Image

from joindin.errors import InvalidInput
from joindin.utils.images.decoding import DECODING, decode_image, has_alpha, to_eight_bits
from joindin.utils.images.file_types import parse_image

MAX_HEIGHT_PX = 2_000


def process_site_picture(content: bytes, width: int) -> bytes:
    """Return the upright image as PNG of this width; height follows.

    :raises InvalidInput: if the content is no image, or has too many pixels.
    :raises Overloaded: if other images are being processed.
    """
    with DECODING:
        file = parse_image(content)
        if file.has_too_many_pixels:
            raise InvalidInput("The image has too many pixels")
        shown = (file.height, file.width) if file.orientation > 4 else (file.width, file.height)
        size = (width, min(MAX_HEIGHT_PX, max(1, math.floor(shown[1] * width / shown[0] + 0.5))))
        image = to_eight_bits(decode_image(file, min(1, width / shown[0])))
        image = image.convert("RGBA" if has_alpha(image) else "RGB").resize(size, Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        image.info = {}
        image.save(buffer, "PNG", optimize=True)
        return buffer.getvalue()
