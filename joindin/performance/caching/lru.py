"""Where answers are kept: bounded in bytes, oldest use out first; safe to share between threads."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

# What an entry costs beside its texts: the objects that hold them.
OVERHEAD = 1500

# The share of the memory that one answer may take.
LARGEST = 8


class ByteLRU:
    def __init__(self, most_bytes: int):
        self._most = most_bytes
        self._held = 0
        self._answers = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable):
        with self._lock:
            answer = self._answers.get(key)
            if answer is not None:
                self._answers.move_to_end(key)
            return answer

    def put(self, key: Hashable, answer) -> None:
        answer.cost = OVERHEAD + answer.size + sum(len(part) for part in key if part)
        if answer.cost > self._most // LARGEST:
            return
        with self._lock:
            self._forget(self._answers.pop(key, None))
            self._answers[key] = answer
            self._held += answer.cost
            while self._held > self._most:
                self._forget(self._answers.popitem(last=False)[1])

    def clear(self) -> None:
        with self._lock:
            self._answers.clear()
            self._held = 0

    def _forget(self, answer):
        if answer is not None:
            self._held -= answer.cost

    def __len__(self) -> int:
        return len(self._answers)
