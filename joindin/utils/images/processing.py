"""Processing of event images: validation, decoding and encoding. The format is read from the content, not the name.

Time and memory are bounded before pixels are decoded: by the limits of the parsers, and by one image at a time in a process. The worst
files take about half a second.
"""

import io
from dataclasses import dataclass

from PIL import Image

from joindin.errors import InvalidInput
from joindin.utils.concurrency_limit import ConcurrencyLimit
from joindin.utils.images.colours import convert_to_srgb
from joindin.utils.images.file_types import parse_image
from joindin.utils.images.gif import check_frames
from joindin.utils.images.image_file import MAX_SIZE_PX, MIN_SIZE_PX, ImageFile, damaged_image

SMALL_SIZE_PX = 140
EXTENSIONS = {"GIF": "gif", "JPEG": "jpg", "PNG": "png", "WEBP": "webp"}

# Pillow raises DecompressionBombError above twice this size.
Image.MAX_IMAGE_PIXELS = MAX_SIZE_PX * MAX_SIZE_PX

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


@dataclass(frozen=True)
class ProcessedImage:
    """An image without metadata, ready to be stored."""

    size: str
    extension: str
    width: int
    height: int
    content: bytes


def process_event_image(upload: bytes) -> list[ProcessedImage]:
    """Return the ``orig`` and the 140 px ``small`` version of an upload.

    Animated GIFs keep their frames. Animated PNG and WebP files become stills: few viewers support the one, and Pillow would encode
    the other with losses.

    :raises InvalidInput: with the message of the contract where it has one (spec 4.10).
    :raises Overloaded: if other images are being processed.
    """
    with DECODING:
        return _process(parse_image(upload))


def _process(file):
    if file.width != file.height:
        raise InvalidInput("Supplied image must be square")
    if file.width < MIN_SIZE_PX:
        raise InvalidInput(f"Supplied image must be at least {MIN_SIZE_PX}px square")
    if file.width > MAX_SIZE_PX:
        raise InvalidInput(f"Supplied image must be no more than {MAX_SIZE_PX}px square")
    still = _decode(file)
    if file.format == "GIF":
        check_frames(file.content)
    orig = file.content if file.format == "GIF" else _encode(still, file)
    small = _encode(_shrink(still), file)
    extension = EXTENSIONS[file.format]
    return [
        ProcessedImage("orig", extension, file.width, file.height, orig),
        ProcessedImage("small", extension, SMALL_SIZE_PX, SMALL_SIZE_PX, small),
    ]


def _decode(file: ImageFile):
    """Return the upright first frame in sRGB."""
    try:
        image = Image.open(io.BytesIO(file.content), formats=[file.format])
        if image.size != (file.width, file.height):
            raise damaged_image(file.format)
        image.load()
        still = image.copy()
        if file.orientation in UPRIGHT_BY_ORIENTATION:
            still = still.transpose(UPRIGHT_BY_ORIENTATION[file.orientation])
        return convert_to_srgb(still, file.icc_profile, file.gamma)
    except InvalidInput:
        raise
    except Exception as error:  # Pillow's parsers raise exceptions of many types.
        raise damaged_image(file.format) from error


def _shrink(image):
    if image.mode.startswith("I"):
        # 16-bit greyscale: a plain conversion to 8 bits would turn it white.
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("RGBA" if _has_alpha(image) else "RGB").resize(
        (SMALL_SIZE_PX, SMALL_SIZE_PX), Image.Resampling.LANCZOS
    )


def _encode(image, file):
    buffer = io.BytesIO()
    transparency = image.info.get("transparency")
    image.info = {} if transparency is None else {"transparency": transparency}
    if file.format == "JPEG":
        image.convert("RGB").save(buffer, file.format, quality=90, optimize=True)
    elif file.format == "WEBP" and file.is_lossless:
        # The quality is the effort: more of it takes seconds for noise.
        image.save(buffer, file.format, lossless=True, quality=20, method=1)
    else:
        image.save(buffer, file.format)
    return buffer.getvalue()


def _has_alpha(image):
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
