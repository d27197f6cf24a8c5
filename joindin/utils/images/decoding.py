"""Decoding of image files into pixels.

Memory is bounded before pixels are decoded: by the sizes in the file's head, and by one image at a time in a process.
"""

import io
import math

from PIL import Image

from joindin.errors import InvalidInput
from joindin.utils.concurrency_limit import ConcurrencyLimit
from joindin.utils.images.colours import convert_to_srgb
from joindin.utils.images.image_file import MAX_PIXELS, ImageFile, damaged_image

# Pillow's own limit, which it checks when it opens a file.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

# No upload waits for another: both would occupy the few threads of a server process.
DECODING = ConcurrencyLimit("images", max_running=1, max_waiting=0, max_wait_s=0)

UPRIGHT_BY_ORIENTATION = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode_image(file: ImageFile, scale: float = 1) -> Image.Image:
    """Return the upright first frame in sRGB, reduced by ``scale``.

    :raises InvalidInput: if the file is damaged.
    """
    try:
        image = Image.open(io.BytesIO(file.content), formats=[file.format])
        if image.size != (file.width, file.height):
            raise damaged_image(file.format)
        size = (max(1, math.floor(file.width * scale + 0.5)), max(1, math.floor(file.height * scale + 0.5)))
        if scale < 1:
            # JPEG files are decoded at a half, a quarter or an eighth of their size.
            image.draft(None, size)
        image.load()
        still = (
            image.copy() if scale == 1 else _expand_depth(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
        )
        if file.orientation in UPRIGHT_BY_ORIENTATION:
            still = still.transpose(UPRIGHT_BY_ORIENTATION[file.orientation])
        return convert_to_srgb(still, file.icc_profile, file.gamma)
    except InvalidInput:
        raise
    except Exception as error:  # Pillow's parsers raise exceptions of many types.
        raise damaged_image(file.format) from error


def to_eight_bits(image: Image.Image) -> Image.Image:
    """Return 16-bit greyscale as 8-bit greyscale: Pillow's plain conversion would turn it white."""
    return image.point(lambda value: value / 256).convert("L") if image.mode.startswith("I") else image


def has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _expand_depth(image):
    """Return the image in a mode in which neighbouring pixels can be mixed."""
    image = to_eight_bits(image)
    if image.mode in ("1", "P", "PA") or "transparency" in image.info:
        return image.convert("RGBA" if has_alpha(image) else "RGB")
    return image
