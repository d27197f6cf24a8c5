"""What every import hands over: one event as others list it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Listing:
    """``key`` is its identity at the source, ``traits`` are what it is recognised by when that changes.

    ``fields`` are the columns of the event that the source decides. ``files`` tells the tag each
    file gives the event, ``tags`` are those it has besides.
    """

    key: str
    traits: Sequence[str | None]
    fields: Mapping[str, object]
    files: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()
