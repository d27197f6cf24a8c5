"""Who is looking, and what the things at hand mean to them."""

from dataclasses import dataclass

from joindin.models import User


@dataclass(frozen=True)
class Viewer:
    """``attending`` and ``hosting`` hold ids of the events at hand only, not of all there are."""

    user: User | None = None
    attending: frozenset[int] = frozenset()
    hosting: frozenset[int] = frozenset()

    @property
    def is_admin(self) -> bool:
        return self.user is not None and self.user.is_admin and self.user.is_active


NOBODY = Viewer()
