"""Data class of a listing: one event as an external source describes it."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# Keys of shorter texts are not cut.
MIN_FOLDED_LENGTH = 200


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


def fold_for_identity(text: str) -> str:
    """Return the form in which listings are recognised again, without case and marks.

    Its results are part of stored keys. It must not change, or the next import creates the events again.
    """
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    folded = "".join(character for character in decomposed if not unicodedata.combining(character))
    return folded[: max(MIN_FOLDED_LENGTH, 2 * len(text))]
