"""Reading and making event images with Pillow. Content decides what a file is, not its name."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from PIL import Image, ImageOps, ImageSequence

from joindin.errors import InvalidInput

MIN_SIZE_PX, MAX_SIZE_PX, SMALL_SIZE_PX = 140, 1440, 140
EXTENSIONS = {"GIF": "gif", "JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
MSG_IMAGE_TOO_LARGE = f"Supplied image must be no more than {MAX_SIZE_PX}px square"

# An animation is cut where it would not fit in memory with others: a small file can hold a lot of one colour.
MAX_FRAMES = 200
MAX_PIXELS = 40_000_000

# Beyond twice this Pillow refuses by itself, also when a frame in the middle of a file claims to be that large.
Image.MAX_IMAGE_PIXELS = MAX_SIZE_PX * MAX_SIZE_PX


@dataclass(frozen=True)
class ProcessedImage:
    """A picture as it is stored: re-encoded, with nothing in it but pixels."""

    size: str
    extension: str
    width: int
    height: int
    content: bytes


def process_event_image(upload: bytes) -> list[ProcessedImage]:
    """The ``orig`` and the 140 px ``small`` version of an uploaded picture.

    The shape is checked from the header, before a pixel is decoded.

    :raises InvalidInput: with the contract's sentence (spec 4.10).
    """
    kind, picture = _open(upload)
    width, height = picture.size
    if width != height:
        raise InvalidInput("Supplied image must be square")
    if width < MIN_SIZE_PX:
        raise InvalidInput(f"Supplied image must be at least {MIN_SIZE_PX}px square")
    if width > MAX_SIZE_PX:
        raise InvalidInput(MSG_IMAGE_TOO_LARGE)
    frames = _decode(picture, kind)
    return [
        ProcessedImage("orig", EXTENSIONS[kind], *frames[0].size, _encode(frames, kind)),
        ProcessedImage("small", EXTENSIONS[kind], SMALL_SIZE_PX, SMALL_SIZE_PX, _encode([_shrink(frames[0])], kind)),
    ]


def _open(upload):
    try:
        picture = Image.open(io.BytesIO(upload))
    except Image.DecompressionBombError as bomb:
        raise InvalidInput(MSG_IMAGE_TOO_LARGE) from bomb
    except Exception as unreadable:  # Pillow's parsers raise whatever they stumble over.
        raise InvalidInput("Supplied image must be a PNC, JPG or GIF") from unreadable
    # Many cameras put a preview behind their JPEG, which makes an MPO of it.
    kind = "JPEG" if picture.format == "MPO" else picture.format
    if kind not in EXTENSIONS:
        raise InvalidInput("Supplied image must be a PNG, JPG or GIF")
    return kind, picture


def _decode(picture, kind):
    try:
        if kind in ("GIF", "WEBP") and getattr(picture, "n_frames", 1) > 1:
            return list(_frames(picture))
        picture.load()
        return [ImageOps.exif_transpose(picture)]
    except Exception as broken:  # as above: truncated data ends in many kinds of exception
        raise InvalidInput("Image could not be created") from broken


def _frames(picture) -> Iterator[Image.Image]:
    width, height = picture.size
    most = min(MAX_FRAMES, MAX_PIXELS // (width * height))
    for frame in islice(ImageSequence.Iterator(picture), most):
        if frame.size != (width, height):
            raise ValueError("a frame reaches beyond the picture")
        yield frame.copy()


def _shrink(frame):
    if frame.mode.startswith("I"):
        # Sixteen bits of grey, which a mere conversion would turn white.
        frame = frame.point(lambda value: value / 256).convert("L")
    return frame.convert("RGBA" if _has_alpha(frame) else "RGB").resize(
        (SMALL_SIZE_PX, SMALL_SIZE_PX), Image.Resampling.LANCZOS
    )


def _encode(frames, kind):
    made = io.BytesIO()
    first, *others = [_strip_metadata(frame) for frame in frames]
    options = {"save_all": True, "append_images": others, "loop": 0} if others else {}
    if others:
        options["duration"] = [frame.info.get("duration", 100) for frame in frames]
    if others and kind == "GIF":
        # Each frame is a whole picture; through its holes nothing of the last one should show.
        options["disposal"] = 2
    if kind == "JPEG":
        first = first.convert("RGB")
        options |= {"quality": 90, "optimize": True}
    if kind == "PNG":
        options |= {"compress_level": 6}
    first.save(made, kind, **options)
    return made.getvalue()


def _strip_metadata(frame):
    bare = frame.copy()
    transparency = frame.info.get("transparency")
    bare.info = {} if transparency is None else {"transparency": transparency}
    return bare


def _has_alpha(picture):
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
