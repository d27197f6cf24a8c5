"""Reading and making event images with Pillow. Content decides what a file is, not its name."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, ImageSequence

from joindin.errors import Invalid

SMALLEST, LARGEST, SMALL = 140, 1440, 140
ENDINGS = {"GIF": "gif", "JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
MOST_FRAMES = 200


@dataclass(frozen=True)
class MadeImage:
    """A picture as it is stored: re-encoded, with nothing in it but pixels."""

    size: str
    ending: str
    width: int
    height: int
    content: bytes


def make_event_images(upload: bytes) -> list[MadeImage]:
    """The ``orig`` and the 140 px ``small`` version of an uploaded picture.

    The shape is checked from the header, before a pixel is decoded.

    :raises Invalid: with the contract's sentence (spec 4.10).
    """
    kind, picture = _open(upload)
    width, height = picture.size
    if width != height:
        raise Invalid("Supplied image must be square")
    if width < SMALLEST:
        raise Invalid(f"Supplied image must be at least {SMALLEST}px square")
    if width > LARGEST:
        raise Invalid(f"Supplied image must be no more than {LARGEST}px square")
    frames = _decode(picture, kind)
    small = frames[0].copy()
    small = small.convert("RGBA" if _has_alpha(small) else "RGB").resize((SMALL, SMALL), Image.Resampling.LANCZOS)
    return [
        MadeImage("orig", ENDINGS[kind], *frames[0].size, _encode(frames, kind)),
        MadeImage("small", ENDINGS[kind], SMALL, SMALL, _encode([small], kind)),
    ]


def _open(upload):
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            picture = Image.open(io.BytesIO(upload))
        except Exception as unreadable:  # Pillow's parsers raise whatever they stumble over.
            raise Invalid("Supplied image must be a PNC, JPG or GIF") from unreadable
    if picture.format not in ENDINGS:
        raise Invalid("Supplied image must be a PNG, JPG or GIF")
    return picture.format, picture


def _decode(picture, kind):
    try:
        if kind in ("GIF", "WEBP") and getattr(picture, "n_frames", 1) > 1:
            return [frame.copy() for frame, _ in zip(ImageSequence.Iterator(picture), range(MOST_FRAMES))]
        picture.load()
        return [ImageOps.exif_transpose(picture)]
    except Exception as broken:  # as above: truncated data ends in many kinds of exception
        raise Invalid("Image could not be created") from broken


def _encode(frames, kind):
    made = io.BytesIO()
    first, *others = [_bare(frame) for frame in frames]
    options = {"save_all": True, "append_images": others, "loop": 0} if others else {}
    if others:
        options["duration"] = [frame.info.get("duration", 100) for frame in frames]
    if kind == "JPEG":
        first = first.convert("RGB")
        options |= {"quality": 90, "optimize": True}
    if kind == "PNG":
        options |= {"compress_level": 6}
    first.save(made, kind, **options)
    return made.getvalue()


def _bare(frame):
    bare = frame.copy()
    transparency = frame.info.get("transparency")
    bare.info = {} if transparency is None else {"transparency": transparency}
    return bare


def _has_alpha(picture):
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
