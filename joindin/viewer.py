"""The current user and their relations to the loaded objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class UserSnapshot(NamedTuple):
    """The columns of an account that permissions and representations read, loaded once and bound to no session."""

    id: int
    username: str
    full_name: str | None
    email: str | None
    is_active: bool
    is_admin: bool
    is_editor: bool
    is_trusted: bool


@dataclass(frozen=True)
class Viewer:
    """The user's relations to the loaded events and talks. Covers only the objects of the current request.

    ``attending`` and ``hosting`` contain event ids, ``starred`` and ``speaking`` talk ids, ``ratings`` the user's own
    ratings by talk id. ``permissions`` are those of the user and their groups: pairs of a permission and the id of the
    object that it is limited to, or None. ``shows_own_data`` is False for a token without the scope ME_READ: then the
    e-mail address, attendance, stars and ratings of the user are not shown.
    """

    user: UserSnapshot | None = None
    attending: frozenset[int] = frozenset()
    hosting: frozenset[int] = frozenset()
    starred: frozenset[int] = frozenset()
    speaking: frozenset[int] = frozenset()
    ratings: Mapping[int, int] = field(default_factory=dict)
    permissions: frozenset[tuple[str, int | None]] = frozenset()
    shows_own_data: bool = True

    @property
    def is_admin(self) -> bool:
        return self.user is not None and self.user.is_admin and self.user.is_active

    @property
    def is_editor(self) -> bool:
        return self.user is not None and self.user.is_editor and self.user.is_active

    def has_permission(self, permission: str, object_id: int | None = None) -> bool:
        """Return whether the user has the permission for all objects or for that one. Admins have all."""
        if self.is_admin:
            return True
        if self.user is None or not self.user.is_active:
            return False
        return (permission, None) in self.permissions or (
            object_id is not None and (permission, object_id) in self.permissions
        )


ANONYMOUS = Viewer()
