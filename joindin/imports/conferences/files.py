"""The conference data: folders of ``<year>/<topic>.json``, each a list of conferences about that topic.

A conference with several topics stands in several files. It is read as one, with a tag for each.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from joindin.imports.conferences.map_events import identify_record
from joindin.imports.conferences.records import ConferenceRecord, InvalidRecord, merge_records, parse_record
from joindin.utils.text import to_plain_text

SOURCE_NAME = "conference-data"
MAX_FILE_BYTES = 20_000_000
MAX_TOPIC_LENGTH = 100


@dataclass(frozen=True)
class ImportIssue:
    """Something left out: of the file, or of the listing at ``index`` in it."""

    file: Path
    index: int | None
    reason: str

    def __str__(self):
        return f"{self.file}{'' if self.index is None else f'[{self.index}]'}: {self.reason}"


@dataclass
class Conference:
    """What all the listings of one conference say; ``files`` tells the topic of each file it stands in."""

    record: ConferenceRecord
    files: dict[str, str] = field(default_factory=dict)


@dataclass
class ReadResult:
    """All that was read: ``files`` are those whose content is known, ``skipped`` was not taken at all."""

    conferences: list[Conference] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    listing_count: int = 0
    merged_count: int = 0
    unread_files: list[ImportIssue] = field(default_factory=list)
    skipped: list[ImportIssue] = field(default_factory=list)
    dropped: list[ImportIssue] = field(default_factory=list)


def read_conferences(paths: Sequence[Path]) -> ReadResult:
    """Read the files, and the ``.json`` files in the folders, whatever is wrong with some of them.

    The order of ``paths`` makes no difference: where listings of one conference disagree, the
    first file by year and topic is right.
    """
    reading = ReadResult()
    found = {}
    for path in list_files(paths):
        file, topic = _file_name(path), _topic(path)
        for record in _read_file(path, reading):
            key, _traits = identify_record(record)
            conference = found.setdefault(key, Conference(record))
            reading.merged_count += conference.record is not record
            conference.record = merge_records(conference.record, record)
            conference.files[file] = topic
    reading.conferences = sorted(found.values(), key=lambda c: (c.record.starts_on, identify_record(c.record)[0]))
    return reading


def list_files(paths: Sequence[Path]) -> list[Path]:
    """The files to read, each once, by year and topic."""
    files = {}
    for path in paths:
        for file in path.rglob("*.json") if path.is_dir() else [path]:
            files[file.resolve()] = file
    return sorted(files.values(), key=lambda file: (_file_name(file), str(file.resolve())))


def _read_file(path, reading) -> Iterator[ConferenceRecord]:
    try:
        listings = _load(path)
    except (OSError, ValueError, RecursionError) as error:
        reading.unread_files.append(ImportIssue(path, None, _explain(error)))
        return
    reading.files.add(_file_name(path))
    reading.listing_count += len(listings)
    for index, raw in enumerate(listings):
        try:
            record, dropped = parse_record(raw)
        except InvalidRecord as error:
            reading.skipped.append(ImportIssue(path, index, str(error)))
            continue
        reading.dropped.extend(ImportIssue(path, index, reason) for reason in dropped)
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
    return "cannot be opened" if isinstance(error, OSError) else "is not JSON that can be read"


def _file_name(path):
    """``2024/devops.json``: how a file is known from one import to the next, wherever the folder lies."""
    path = path.resolve()
    return f"{path.parent.name}/{path.name}"


def _topic(path):
    return to_plain_text(path.stem)[:MAX_TOPIC_LENGTH].strip()
