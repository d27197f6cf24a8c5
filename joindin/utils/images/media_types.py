"""Media types of stored images, by file extension. None of them can contain scripts."""

from pathlib import PurePath

MEDIA_TYPES = {
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}


def media_type_of(file: str) -> str | None:
    """Return the media type of a file name; None if it is not that of an image."""
    return MEDIA_TYPES.get(PurePath(file).suffix.lower())
