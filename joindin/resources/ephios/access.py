"""The caller's rights over the event of an address, for routes that plan."""

from collections.abc import Callable

from joindin.errors import Forbidden, NotFound
from joindin.extensions import reader
from joindin.queries.crew.access import EventAccess
from joindin.resources.ephios.authentication import crew_viewer
from joindin.resources.ephios.context import require_row_id
from joindin.resources.ephios.texts import MSG_NO_PERMISSION


def require_right(find: Callable, pk: str, right: str, message: str) -> tuple[int, EventAccess]:
    """Return the id in the address, and the rights that ``find`` returns for it.

    :raises NotFound, Forbidden: if the caller does not see the event, or lacks the right over it.
    """
    row_id = require_row_id(pk)
    access = find(reader(), crew_viewer(), row_id)
    if access is None:
        raise NotFound(message)
    if not getattr(access, right):
        raise Forbidden(MSG_NO_PERMISSION)
    return row_id, access
