"""Contents of cards and slides, without the libraries that draw them."""

from dataclasses import astuple, dataclass
from hashlib import sha256

# Change when cards or slides are drawn in another way.
DESIGN, SLIDE_DESIGN = 1, 1


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


@dataclass(frozen=True)
class Slide:
    """A slide for the end of a talk. ``address`` is in the QR code."""

    event_name: str
    title: str
    speakers: str
    address: str

    @property
    def version(self) -> str:
        return sha256(repr(("slide", SLIDE_DESIGN, *astuple(self))).encode()).hexdigest()[:32]
