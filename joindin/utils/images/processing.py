"""Processing of event images: validation, decoding and encoding. The format is read from the content, not the name.

Time and memory are bounded before pixels are decoded, by the limits of the parsers. The worst files take about half a second.
"""

import io

from PIL import Image

from joindin.errors import InvalidInput
from joindin.utils.images.decoding import DECODING, decode_image, has_alpha, to_eight_bits
from joindin.utils.images.file_types import parse_image
from joindin.utils.images.gif import check_frames
from joindin.utils.images.image_file import MAX_SIZE_PX, MIN_SIZE_PX, SMALL_SIZE_PX, ProcessedImage

EXTENSIONS = {"GIF": "gif", "JPEG": "jpg", "PNG": "png", "WEBP": "webp"}


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
    still = decode_image(file)
    if file.format == "GIF":
        check_frames(file.content)
    orig = file.content if file.format == "GIF" else _encode(still, file)
    small = _encode(_shrink(still), file)
    extension = EXTENSIONS[file.format]
    return [
        ProcessedImage("orig", extension, file.width, file.height, orig),
        ProcessedImage("small", extension, SMALL_SIZE_PX, SMALL_SIZE_PX, small),
    ]


def _shrink(image):
    image = to_eight_bits(image)
    return image.convert("RGBA" if has_alpha(image) else "RGB").resize(
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
