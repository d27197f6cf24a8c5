"""Images that the server fetches from an address in a submission (Gancio contract, section 6.3: ``image_url``)."""

from joindin.errors import InvalidInput
from joindin.utils.http_client import FetchFailed
from joindin.utils.http_download import HttpStatusError, download

MAX_IMAGE_BYTES = 8 * 1024 * 1024

# The messages of Gancio where it has one. The reason of a failed request stays here: it would tell callers which
# addresses of the operator's network exist.
MSG_STATUS = "Error: Request failed with status code %s"
MSG_FETCH_FAILED = "Error: The image cannot be fetched from its address"


def fetch_image(url: str, *, max_bytes: int = MAX_IMAGE_BYTES, allow_private: bool = False) -> bytes:
    """Return the content of an image; it is not checked. Call it outside of a transaction: it may take ten seconds.

    :raises InvalidInput: if the address is not public, or does not answer with a file within the limits.
    :raises Overloaded: if too many downloads are in progress.
    """
    try:
        return download(url, max_bytes=max_bytes, accept="image/*", allow_private=allow_private).body
    except HttpStatusError as error:
        raise InvalidInput(MSG_STATUS % error.status) from error
    except FetchFailed as error:
        raise InvalidInput(MSG_FETCH_FAILED) from error
