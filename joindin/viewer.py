"""Who is looking, and what the things at hand mean to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class UserSnapshot(NamedTuple):
    """Who is calling: what permissions and answers ask of an account, read once and tied to no session."""

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
    """What the things at hand are to ``user``, not all there are.

    ``attending`` and ``hosting`` hold ids of events, ``starred`` and ``speaking`` of talks;
    ``ratings`` the viewer's own by talk. ``permits`` is what they and their groups are permitted:
    pairs of a permission and the id of what it is for, None for everything.
    """

    user: UserSnapshot | None = None
    attending: frozenset[int] = frozenset()
    hosting: frozenset[int] = frozenset()
    starred: frozenset[int] = frozenset()
    speaking: frozenset[int] = frozenset()
    ratings: Mapping[int, int] = field(default_factory=dict)
    permissions: frozenset[tuple[str, int | None]] = frozenset()

    @property
    def is_admin(self) -> bool:
        return self.user is not None and self.user.is_admin and self.user.is_active

    @property
    def is_editor(self) -> bool:
        return self.user is not None and self.user.is_editor and self.user.is_active

    def has_permission(self, permission: str, object_id: int | None = None) -> bool:
        """Whether they are permitted that for everything, or for the thing with that id. Admins are."""
        if self.is_admin:
            return True
        if self.user is None or not self.user.is_active:
            return False
        return (permission, None) in self.permissions or (
            object_id is not None and (permission, object_id) in self.permissions
        )


ANONYMOUS = Viewer()
