"""Data class of a listing: one event as an external source describes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Listing:
    """``key`` identifies the listing in its source; ``traits`` are compared to recognise it when the key changes.

    ``fields`` are the event columns that the source provides. ``files`` maps each file with the listing to its tag; ``tags`` are
    further tags.
    """

    key: str
    traits: Sequence[str | None]
    fields: Mapping[str, object]
    files: Mapping[str, str] = field(default_factory=dict)
    tags: Sequence[str] = ()
