"""Tables out of a JSON file: an object of tables, each an array of rows, each an object of columns."""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path

from joindin.imports.joindin.sources import SourceError, TableStats, rows_after

CHUNK = 1 << 20
# A row may hold some long texts. What is longer is no row but a file with an error in it.
LONGEST_ROW = 64 << 20
SPACE = " \t\r\n"


class JsonSource:
    """The file is read once to learn where which table begins, and then a table at a time.

    :raises Unreadable: if it cannot be read or is of another form.
    """

    def __init__(self, file: Path):
        self._file = file
        self._starts: dict[str, int] = {}
        try:
            self._facts = self._look_through()
        except OSError as wrong:
            raise SourceError(f"{file} cannot be read: {wrong.strerror}") from None

    def table_stats(self):
        return self._facts

    def rows(self, table, above=0):
        if table not in self._starts:
            return iter(())
        return rows_after(self._rows(table), above)

    def close(self):
        pass

    def _look_through(self):
        facts = {}
        with self._file.open("rb") as opened:
            # In Latin-1 every byte is a character, so that places in the text are places in the file.
            text = _Text(self._file, opened, "latin-1")
            text.expect("{")
            while not text.skip("}"):
                if facts:
                    text.expect(",")
                table = text.value()
                text.expect(":")
                text.expect("[")
                self._starts[table], facts[table] = text.place, TableStats()
                for row in _array(text):
                    facts[table].add(row)
        return facts

    def _rows(self, table) -> Iterator[dict]:
        with self._file.open("rb") as opened:
            opened.seek(self._starts[table])
            yield from _array(_Text(self._file, opened, "utf-8"))


def _array(text):
    """The objects up to the end of the array that was just entered."""
    is_first = True
    while not text.skip("]"):
        if not is_first:
            text.expect(",")
        is_first = False
        row = text.value()
        if not isinstance(row, dict):
            raise SourceError(f"{text.file} holds no tables: a row is no object")
        yield row


class _Text:
    """The text of a file, of which only the part that is being read is held."""

    def __init__(self, file, opened, encoding):
        self.file = file
        self._opened = opened
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._values = json.JSONDecoder(strict=False)
        self._held, self._at, self._gone = "", 0, 0

    @property
    def place(self) -> int:
        return self._gone + self._at

    def skip(self, character: str) -> bool:
        """Go past ``character`` if it comes next; whether it did."""
        while True:
            while self._at < len(self._held) and self._held[self._at] in SPACE:
                self._at += 1
            if self._at < len(self._held):
                break
            if not self._read_on():
                raise SourceError(f"{self.file} ends in the middle")
        found = self._held[self._at] == character
        self._at += found
        return found

    def expect(self, character: str) -> None:
        if not self.skip(character):
            raise SourceError(f"{self.file} holds no tables: {character!r} was expected at {self.place}")

    def value(self):
        """The string or object that comes next."""
        self.skip("\0")
        while True:
            try:
                value, self._at = self._values.raw_decode(self._held, self._at)
                return value
            except json.JSONDecodeError as wrong:
                if len(self._held) - self._at > LONGEST_ROW or not self._read_on():
                    raise SourceError(f"{self.file} is no sound JSON after {self.place}: {wrong.msg}") from None

    def _read_on(self):
        read = self._opened.read(max(CHUNK, len(self._held) - self._at))
        try:
            more = self._decoder.decode(read, final=not read)
        except UnicodeDecodeError:
            raise SourceError(f"{self.file} is not in UTF-8") from None
        self._gone += self._at
        self._held, self._at = self._held[self._at :] + more, 0
        return bool(read)
