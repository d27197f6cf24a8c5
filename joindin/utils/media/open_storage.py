"""The storage of a URL: ``file:///folder``, ``s3://bucket/prefix``, ``gs://bucket/prefix`` or ``az://container/prefix``."""

from urllib.parse import unquote, urlsplit

from joindin.utils.media.local_folder import LocalFolder
from joindin.utils.media.object_storage import REQUEST_TIMEOUT_S, ObjectStorage
from joindin.utils.media.storage import MediaStorage


def open_storage(url: str, timeout_s: float = REQUEST_TIMEOUT_S) -> MediaStorage:
    """Return the storage of a URL that ``setting_parsers.storage_url`` has accepted. No connection is made.

    :param timeout_s: the time for a request to an object storage.
    """
    parts = urlsplit(url)
    return LocalFolder(unquote(parts.path)) if parts.scheme == "file" else ObjectStorage(url, timeout_s=timeout_s)
