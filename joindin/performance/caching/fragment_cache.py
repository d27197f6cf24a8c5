"""Rendered pieces of answers, kept by the version of the row they show.

Nothing is ever invalidated: a change moves the version, and the old piece falls out of the back.
A key must name everything the piece depends on: kind, id, version, dialect, addresses, viewer.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from threading import Lock

# What an entry costs beside its bytes: key, tuple, dictionary slot.
OVERHEAD = 400


class FragmentCache:
    """A bounded memory, oldest use out first; safe to share between threads."""

    def __init__(self, most_bytes: int):
        self._most = most_bytes
        self._held = 0
        self._pieces: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> bytes | None:
        with self._lock:
            piece = self._pieces.get(key)
            if piece is not None:
                self._pieces.move_to_end(key)
            return piece

    def get_all(self, keys: Sequence[Hashable]) -> list[bytes | None]:
        """The pieces in the order of the keys, None where there is none."""
        with self._lock:
            pieces = [self._pieces.get(key) for key in keys]
            for key, piece in zip(keys, pieces):
                if piece is not None:
                    self._pieces.move_to_end(key)
        return pieces

    def put(self, key: Hashable, piece: bytes) -> None:
        cost = len(piece) + OVERHEAD
        if cost > self._most:
            return
        with self._lock:
            replaced = self._pieces.pop(key, None)
            if replaced is not None:
                self._held -= len(replaced) + OVERHEAD
            self._pieces[key] = piece
            self._held += cost
            while self._held > self._most:
                _, dropped = self._pieces.popitem(last=False)
                self._held -= len(dropped) + OVERHEAD

    def clear(self) -> None:
        with self._lock:
            self._pieces.clear()
            self._held = 0

    def __len__(self) -> int:
        return len(self._pieces)
