"""Pictures of the site that admins upload: files of the media storage. A picture without a file has its default."""

from joindin.utils.media.storage import MediaStorage

SITE_PICTURES_FOLDER = "site"
# Width in pixels, by the name of the picture.
SITE_PICTURES = {"logo": 400, "fallbackimage": 600, "headerimage": 600}


def site_picture_file(name: str) -> str:
    return f"{SITE_PICTURES_FOLDER}/{name}.png"


def set_site_picture(storage: MediaStorage, name: str, content: bytes | None) -> None:
    """Replace a picture atomically; None restores its default."""
    if content is None:
        storage.delete(site_picture_file(name))
    else:
        storage.put(site_picture_file(name), content)
