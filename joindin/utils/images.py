"""Event images: validation and processing of uploads with Pillow. The format is read from the content, not the name."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from PIL import Image, ImageOps, ImageSequence

from joindin.errors import InvalidInput

MIN_SIZE_PX, MAX_SIZE_PX, SMALL_SIZE_PX = 140, 1440, 140
EXTENSIONS = {"GIF": "gif", "JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
MSG_IMAGE_TOO_LARGE = f"Supplied image must be no more than {MAX_SIZE_PX}px square"

# Animations are cut at these limits: a small file can contain many large frames of one colour and exhaust memory.
MAX_FRAMES = 200
MAX_PIXELS = 40_000_000

# Pillow raises DecompressionBombError above twice this size, also for a frame in the middle of a file.
Image.MAX_IMAGE_PIXELS = MAX_SIZE_PX * MAX_SIZE_PX


@dataclass(frozen=True)
class ProcessedImage:
    """A re-encoded image without metadata, ready to be stored."""

    size: str
    extension: str
    width: int
    height: int
    content: bytes


def process_event_image(upload: bytes) -> list[ProcessedImage]:
    """Return the ``orig`` and the 140 px ``small`` version of an upload.

    The dimensions are checked from the header, before pixels are decoded.

    :raises InvalidInput: with the message of the contract (spec 4.10).
    """
    image_format, image = _open(upload)
    width, height = image.size
    if width != height:
        raise InvalidInput("Supplied image must be square")
    if width < MIN_SIZE_PX:
        raise InvalidInput(f"Supplied image must be at least {MIN_SIZE_PX}px square")
    if width > MAX_SIZE_PX:
        raise InvalidInput(MSG_IMAGE_TOO_LARGE)
    frames = _decode(image, image_format)
    return [
        ProcessedImage("orig", EXTENSIONS[image_format], *frames[0].size, _encode(frames, image_format)),
        ProcessedImage(
            "small", EXTENSIONS[image_format], SMALL_SIZE_PX, SMALL_SIZE_PX, _encode([_shrink(frames[0])], image_format)
        ),
    ]


def _open(upload):
    try:
        image = Image.open(io.BytesIO(upload))
    except Image.DecompressionBombError as error:
        raise InvalidInput(MSG_IMAGE_TOO_LARGE) from error
    except Exception as error:  # Pillow's parsers raise exceptions of many types.
        raise InvalidInput("Supplied image must be a PNC, JPG or GIF") from error
    # Many cameras append a preview to their JPEG, which makes it an MPO.
    image_format = "JPEG" if image.format == "MPO" else image.format
    if image_format not in EXTENSIONS:
        raise InvalidInput("Supplied image must be a PNG, JPG or GIF")
    return image_format, image


def _decode(image, image_format):
    try:
        if image_format in ("GIF", "WEBP") and getattr(image, "n_frames", 1) > 1:
            return list(_frames(image))
        image.load()
        return [ImageOps.exif_transpose(image)]
    except Exception as error:  # as above, for truncated data
        raise InvalidInput("Image could not be created") from error


def _frames(image) -> Iterator[Image.Image]:
    width, height = image.size
    max_frames = min(MAX_FRAMES, MAX_PIXELS // (width * height))
    for frame in islice(ImageSequence.Iterator(image), max_frames):
        if frame.size != (width, height):
            raise ValueError("a frame is larger than the image")
        yield frame.copy()


def _shrink(frame):
    if frame.mode.startswith("I"):
        # 16-bit greyscale: a plain conversion to 8 bits would turn it white.
        frame = frame.point(lambda value: value / 256).convert("L")
    return frame.convert("RGBA" if _has_alpha(frame) else "RGB").resize(
        (SMALL_SIZE_PX, SMALL_SIZE_PX), Image.Resampling.LANCZOS
    )


def _encode(frames, image_format):
    buffer = io.BytesIO()
    first, *others = [_strip_metadata(frame) for frame in frames]
    options = {"save_all": True, "append_images": others, "loop": 0} if others else {}
    if others:
        options["duration"] = [frame.info.get("duration", 100) for frame in frames]
    if others and image_format == "GIF":
        # Clear the canvas between frames, or transparent areas would show the previous frame.
        options["disposal"] = 2
    if image_format == "JPEG":
        first = first.convert("RGB")
        options |= {"quality": 90, "optimize": True}
    if image_format == "PNG":
        options |= {"compress_level": 6}
    first.save(buffer, image_format, **options)
    return buffer.getvalue()


def _strip_metadata(frame):
    copy = frame.copy()
    transparency = frame.info.get("transparency")
    copy.info = {} if transparency is None else {"transparency": transparency}
    return copy


def _has_alpha(image):
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
