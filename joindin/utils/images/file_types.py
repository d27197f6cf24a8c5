"""Detection of the file type by the first bytes."""

from joindin.errors import InvalidInput
from joindin.utils.images import gif, jpeg, png, webp
from joindin.utils.images.image_file import ACCEPTED_TYPES, ImageFile

# The first bytes of other files that people choose as an image.
OTHER_TYPES = (
    (b"%PDF", "a PDF"),
    (b"BM", "a BMP"),
    (b"II*\0", "a TIFF"),
    (b"MM\0*", "a TIFF"),
    (b"\0\0\1\0", "an icon file"),
    (b"PK\3\4", "a ZIP archive"),
    (b"8BPS", "a Photoshop file"),
)
BRANDS = {
    b"avif": "an AVIF",
    b"avis": "an AVIF",
    b"heic": "a HEIC",
    b"heix": "a HEIC",
    b"mif1": "a HEIF",
    b"msf1": "a HEIF",
}


def parse_image(upload: bytes) -> ImageFile:
    """Parse a file of an accepted type.

    :raises InvalidInput: if it is of another type or damaged.
    """
    if upload.startswith(png.SIGNATURE):
        return png.parse_png(upload)
    if upload.startswith(jpeg.SIGNATURE):
        return jpeg.parse_jpeg(upload)
    if upload.startswith(gif.SIGNATURES):
        return gif.parse_gif(upload)
    if webp.is_webp(upload):
        return webp.parse_webp(upload)
    raise InvalidInput(f"Supplied image must be a {ACCEPTED_TYPES}; {_describe(upload)}")


def _describe(upload):
    if not upload:
        return "the file is empty"
    if upload[4:8] == b"ftyp" and upload[8:12] in BRANDS:
        return f"the file is {BRANDS[upload[8:12]]}"
    if b"<svg" in upload[:1024].lower():
        return "the file is an SVG"
    return next(
        (f"the file is {name}" for start, name in OTHER_TYPES if upload.startswith(start)),
        "the file is of another type",
    )
