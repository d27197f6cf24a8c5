"""Import source: a JSON file with an object of tables, each an array of rows, each an object of columns."""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path

from joindin.imports.joindin.sources import SourceError, TableStats, rows_after

CHUNK_BYTES = 1 << 20
# Long texts fit. A longer row means that the file has a syntax error.
MAX_ROW_LENGTH = 64 << 20
SPACE = " \t\r\n"


class JsonSource:
    """The file is read once for the positions of the tables, and then one table at a time.

    :raises SourceError: if the file cannot be read or has another format.
    """

    def __init__(self, file: Path):
        self._file = file
        self._starts: dict[str, int] = {}
        try:
            self._stats = self._scan()
        except OSError as error:
            raise SourceError(f"{file} cannot be read: {error.strerror}") from None

    def table_stats(self):
        return self._stats

    def rows(self, table, after_id=0):
        if table not in self._starts:
            return iter(())
        return rows_after(self._rows(table), after_id)

    def close(self):
        pass

    def _scan(self):
        stats = {}
        with self._file.open("rb") as opened:
            # In Latin-1 every byte is one character, so that positions in the text are positions in the file.
            text = _Text(self._file, opened, "latin-1")
            text.expect("{")
            while not text.skip("}"):
                if stats:
                    text.expect(",")
                table = text.value()
                text.expect(":")
                text.expect("[")
                self._starts[table], stats[table] = text.position, TableStats()
                for row in _array(text):
                    stats[table].add(row)
        return stats

    def _rows(self, table) -> Iterator[dict]:
        with self._file.open("rb") as opened:
            opened.seek(self._starts[table])
            yield from _array(_Text(self._file, opened, "utf-8"))


def _array(text):
    """Yield the objects up to the end of the array that was entered."""
    is_first = True
    while not text.skip("]"):
        if not is_first:
            text.expect(",")
        is_first = False
        row = text.value()
        if not isinstance(row, dict):
            raise SourceError(f"{text.file} contains no tables: a row is not an object")
        yield row


class _Text:
    """Reader of JSON values that keeps only the current part of the file in memory."""

    def __init__(self, file, opened, encoding):
        self.file = file
        self._opened = opened
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._values = json.JSONDecoder(strict=False)
        self._buffer, self._at, self._discarded = "", 0, 0

    @property
    def position(self) -> int:
        return self._discarded + self._at

    def skip(self, character: str) -> bool:
        """Skip ``character`` if it comes next; return whether it did."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in SPACE:
                self._at += 1
            if self._at < len(self._buffer):
                break
            if not self._read_more():
                raise SourceError(f"{self.file} ends unexpectedly")
        found = self._buffer[self._at] == character
        self._at += found
        return found

    def expect(self, character: str) -> None:
        if not self.skip(character):
            raise SourceError(f"{self.file} contains no tables: {character!r} was expected at {self.position}")

    def value(self):
        """Return the next string or object."""
        self.skip("\0")
        while True:
            try:
                value, self._at = self._values.raw_decode(self._buffer, self._at)
                return value
            except json.JSONDecodeError as error:
                if len(self._buffer) - self._at > MAX_ROW_LENGTH or not self._read_more():
                    raise SourceError(f"{self.file} is not valid JSON after {self.position}: {error.msg}") from None

    def _read_more(self):
        read = self._opened.read(max(CHUNK_BYTES, len(self._buffer) - self._at))
        try:
            more = self._decoder.decode(read, final=not read)
        except UnicodeDecodeError:
            raise SourceError(f"{self.file} is not in UTF-8") from None
        self._discarded += self._at
        self._buffer, self._at = self._buffer[self._at :] + more, 0
        return bool(read)
