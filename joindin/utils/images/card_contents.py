"""Contents of a card, without the libraries that draw it."""

from dataclasses import astuple, dataclass
from hashlib import sha256

# Changes when cards are drawn in another way.
DESIGN = 1


@dataclass(frozen=True)
class Card:
    """``image`` is the name of the event's image, empty without one; ``focal_point`` the part of it that stays."""

    title: str
    lines: tuple[str, ...]
    image: str
    focal_point: tuple[float, float]

    @property
    def version(self) -> str:
        """Return the version of the contents: cards with the same one look the same."""
        return sha256(repr((DESIGN, *astuple(self))).encode()).hexdigest()[:32]
