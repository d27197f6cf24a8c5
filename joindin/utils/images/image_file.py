"""The parsed structure of an uploaded image, and the limits that every format has."""

from dataclasses import dataclass

from joindin.errors import InvalidInput

MIN_SIZE_PX, MAX_SIZE_PX = 140, 1440
SMALL_SIZE_PX = 140
# The largest images that are decoded at all, in about one second and 300 MB. JPEG files, such as the photos of phones, are
# decoded at a part of their size.
MAX_PIXELS, MAX_PIXELS_OF_OTHERS = 40_000_000, 16_000_000
ACCEPTED_TYPES = "PNG, JPEG, GIF or WebP"

# The parts of one file: chunks, segments or blocks. Reading them takes a few milliseconds.
MAX_PARTS = 10_000
MAX_PROFILE_BYTES = 4 * 1024 * 1024


@dataclass
class ImageFile:
    """The pixel data of an image as a valid file without metadata.

    ``orientation`` is the value of EXIF: 1 is upright. ``gamma`` is the exponent of a PNG file that states one.
    """

    format: str
    width: int
    height: int
    content: bytes
    icc_profile: bytes | None = None
    orientation: int = 1
    gamma: float | None = None
    is_lossless: bool = True

    @property
    def has_too_many_pixels(self) -> bool:
        return self.width * self.height > (MAX_PIXELS if self.format == "JPEG" else MAX_PIXELS_OF_OTHERS)


@dataclass(frozen=True)
class ProcessedImage:
    """A square image without metadata, ready to be stored."""

    size: str
    extension: str
    width: int
    height: int
    content: bytes


def damaged_image(format_name: str) -> InvalidInput:
    """Return the error of a file that ends early or contradicts its format."""
    return InvalidInput(f"Image could not be created: the {format_name} file is damaged or incomplete")


def too_many(format_name: str, parts: str, limit: int) -> InvalidInput:
    """Return the error of a file with more ``parts`` than its limit."""
    return InvalidInput(f"Image could not be created: a {format_name} file may have at most {limit:,} {parts}")
