"""Reader of conference data: folders of ``<year>/<topic>.json``, each a list of conferences on that topic.

A conference with several topics is listed in several files. These listings become one conference with a tag for each topic.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from joindin.imports.conferences.map_events import identify_record
from joindin.imports.conferences.records import ConferenceRecord, InvalidRecord, merge_records, parse_record
from joindin.utils.text import to_plain_line

SOURCE_NAME = "conference-data"
MAX_FILE_BYTES = 20_000_000
MAX_TOPIC_LENGTH = 100


@dataclass(frozen=True)
class ImportIssue:
    """A skipped file, a skipped listing at ``index``, or a dropped field of it."""

    file: Path
    index: int | None
    reason: str

    def __str__(self):
        return f"{self.file}{'' if self.index is None else f'[{self.index}]'}: {self.reason}"


@dataclass
class Conference:
    """A conference merged from all its listings. ``files`` maps each file to its topic."""

    record: ConferenceRecord
    files: dict[str, str] = field(default_factory=dict)


@dataclass
class ReadResult:
    """Result of reading: conferences, the readable files, and the issues."""

    conferences: list[Conference] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    listing_count: int = 0
    merged_count: int = 0
    unread_files: list[ImportIssue] = field(default_factory=list)
    skipped: list[ImportIssue] = field(default_factory=list)
    dropped: list[ImportIssue] = field(default_factory=list)


def read_conferences(paths: Sequence[Path]) -> ReadResult:
    """Read files, and the ``.json`` files in folders. Unreadable files and invalid listings are reported and skipped.

    The order of ``paths`` does not matter: if listings of one conference differ, the first file by year and topic counts.
    """
    result = ReadResult()
    conferences = {}
    for path in list_files(paths):
        file, topic = _file_name(path), _topic(path)
        for record in _read_file(path, result):
            key, _traits = identify_record(record)
            conference = conferences.setdefault(key, Conference(record))
            result.merged_count += conference.record is not record
            conference.record = merge_records(conference.record, record)
            conference.files[file] = topic
    result.conferences = sorted(conferences.values(), key=lambda c: (c.record.starts_on, identify_record(c.record)[0]))
    return result


def list_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files to read, each once, ordered by year and topic."""
    files = {}
    for path in paths:
        for file in path.rglob("*.json") if path.is_dir() else [path]:
            files[file.resolve()] = file
    return sorted(files.values(), key=lambda file: (_file_name(file), str(file.resolve())))


def _read_file(path, result) -> Iterator[ConferenceRecord]:
    try:
        listings = _load(path)
    except (OSError, ValueError, RecursionError) as error:
        result.unread_files.append(ImportIssue(path, None, _explain(error)))
        return
    result.files.add(_file_name(path))
    result.listing_count += len(listings)
    for index, raw in enumerate(listings):
        try:
            record, dropped = parse_record(raw)
        except InvalidRecord as error:
            result.skipped.append(ImportIssue(path, index, str(error)))
            continue
        result.dropped.extend(ImportIssue(path, index, reason) for reason in dropped)
        yield record


def _load(path):
    if path.stat().st_size > MAX_FILE_BYTES:
        raise InvalidRecord("is too large")
    try:
        listings = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidRecord("is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise InvalidRecord("is not JSON") from error
    if not isinstance(listings, list):
        raise InvalidRecord("is not a list of listings")
    return listings


def _explain(error):
    if isinstance(error, InvalidRecord):
        return str(error)
    return "cannot be opened" if isinstance(error, OSError) else "is not valid JSON"


def _file_name(path):
    """Return ``2024/devops.json``: the name that identifies a file between imports, independent of its location."""
    path = path.resolve()
    return f"{path.parent.name}/{path.name}"


def _topic(path):
    return to_plain_line(path.stem)[:MAX_TOPIC_LENGTH].strip()
