"""Who is looking, and what the things at hand mean to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from joindin.models import User


@dataclass(frozen=True)
class Viewer:
    """What the things at hand are to ``user``, not all there are.

    ``attending`` and ``hosting`` hold ids of events, ``starred`` and ``speaking`` of talks;
    ``ratings`` the viewer's own by talk.
    """

    user: User | None = None
    attending: frozenset[int] = frozenset()
    hosting: frozenset[int] = frozenset()
    starred: frozenset[int] = frozenset()
    speaking: frozenset[int] = frozenset()
    ratings: Mapping[int, int] = field(default_factory=dict)

    @property
    def is_admin(self) -> bool:
        return self.user is not None and self.user.is_admin and self.user.is_active


NOBODY = Viewer()
