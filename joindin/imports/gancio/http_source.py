"""Import source: the public API of a running Gancio.

It has the visible events with their places, tags, series, collections and images, but neither users nor what waits for approval.
"""

import json
import tempfile
from collections.abc import Iterator
from itertools import islice
from urllib.parse import quote, urlsplit

from joindin.errors import InvalidInput
from joindin.imports.gancio.polite_client import PoliteClient
from joindin.imports.gancio.sources import EVENTS, MEDIA, SourceError
from joindin.utils.text import is_web_url

PAGE_SIZE, BATCH_SIZE = 100, 25
MAX_PAGES = 2_000
LISTED_COLUMNS = ("id", "slug", "place", "media", "tags", "parentId", "apUserApId", "title")


class HttpSource:
    """The list of events is read once, at the beginning, into a temporary file; the details are read one by one."""

    is_trusted = False

    def __init__(self, url: str, client: PoliteClient):
        if not is_web_url(url):
            raise InvalidInput("SOURCE is not a valid web address")
        parts = urlsplit(url)
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.identity = parts.netloc.lower()
        self._client = client
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by close()
        self._details = None
        self._parents: list[dict] = []
        self.zone = self._read_zone()
        self._collections = self._read_collections()
        self._listed_ids = self._spool()

    def prefetch(self) -> None:
        """Read all details into the temporary file, for an import in one transaction: no lock is held meanwhile."""
        file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by close()
        for row in self._events():
            file.write(json.dumps(row) + "\n")
        self._details = file

    def counts(self) -> dict[str, int]:
        filters = sum(len(each["filters"]) for each in self._collections)
        return {EVENTS: len(self._listed_ids), "collections": len(self._collections), "filters": filters}

    def highest_id(self, name: str) -> int:
        rows = {
            EVENTS: self._listed,
            "places": lambda: (row["place"] for row in self._listed()),
            "collections": lambda: self._collections,
        }
        return max((_id(row) for row in rows.get(name, tuple)()), default=0)

    def batches(self, name: str) -> Iterator[list[dict]]:
        readers = {
            "places": self._places,
            "tags": lambda: (
                {"tag": tag} for tag in self._unique(tag for row in self._listed() for tag in row["tags"])
            ),
            EVENTS: self._events if self._details is None else lambda: _read_lines(self._details),
            MEDIA: lambda: ({"id": row["id"], "media": row["media"]} for row in self._with_parents()),
            "collections": lambda: self._collections,
            "filters": self._filters,
        }
        rows = iter(readers.get(name, tuple)())
        while batch := list(islice(rows, BATCH_SIZE)):
            yield batch

    def read_image(self, name: str) -> bytes | None:
        found = self._client.get(f"{self.base}/media/{quote(name)}", accept="image/*")
        # A missing file is redirected to the image that stands for all, a PNG.
        return found.body if found is not None and found.media_type == "image/jpeg" else None

    def close(self) -> None:
        self._file.close()
        if self._details is not None:
            self._details.close()

    def _events(self):
        """Yield the details of all events, each once, and a parent before its occurrences."""
        done = set()
        for listed in self._listed():
            if listed["id"] in done:
                continue
            row = self._detail(listed["slug"] or listed["id"], listed["id"])
            if row is None:
                continue
            parent_id = _id({"id": row.get("parentId")})
            if parent_id and parent_id not in done:
                done.add(parent_id)
                parent = self._detail(parent_id, parent_id)
                if parent is not None:
                    yield parent
                    if parent_id not in self._listed_ids:
                        self._parents.append({"id": parent_id, "media": parent.get("media")})
            yield row

    def _detail(self, name, event_id):
        """Return the event as a row of the database; None if it was deleted since it was listed."""
        answer = self._client.get_json(f"{self.base}/api/event/detail/{quote(str(name), safe='')}")
        if isinstance(answer, dict) and answer.get("id") != event_id and name != event_id:
            # The slug of one event may be the id of another.
            answer = self._client.get_json(f"{self.base}/api/event/detail/{event_id}")
        if not isinstance(answer, dict) or answer.get("id") != event_id:
            return None
        place = answer.get("place")
        return answer | {"placeId": place.get("id") if isinstance(place, dict) else None, "is_visible": True}

    def _places(self):
        seen = set()
        for row in self._listed():
            place = row["place"]
            if _id(place) and place["id"] not in seen:
                seen.add(place["id"])
                yield place

    def _filters(self):
        for collection in self._collections:
            for each in collection["filters"]:
                yield each | {"collectionId": collection.get("id")}

    def _with_parents(self):
        yield from self._listed()
        yield from self._parents

    def _listed(self):
        """Yield the listed events; rows of other shapes were left out."""
        return _read_lines(self._file)

    def _spool(self):
        seen = set()
        for number in range(MAX_PAGES):
            query = (
                f"start=0&show_recurrent=true&show_multidate=true&show_federated=false&max={PAGE_SIZE}&page={number}"
            )
            page = self._client.get_json(f"{self.base}/api/events?{query}")
            if not isinstance(page, list):
                raise SourceError(f"{self.base} does not answer like Gancio")
            rows = [row for row in page if isinstance(row, dict) and _id(row) and row["id"] not in seen]
            seen.update(row["id"] for row in rows)
            for row in rows:
                self._file.write(json.dumps(_listed_row(row)) + "\n")
            # A server that does not know pages returns everything each time.
            if len(page) != PAGE_SIZE or not rows:
                break
        return seen

    def _read_zone(self):
        document = self._client.get_json(f"{self.base}/.well-known/nodeinfo/2.1")
        metadata = document.get("metadata") if isinstance(document, dict) else None
        zone = metadata.get("nodeTimezone") if isinstance(metadata, dict) else None
        return zone if isinstance(zone, str) else None

    def _read_collections(self):
        rows = self._client.get_json(f"{self.base}/api/collections?withFilters=true")
        rows = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return [
            row | {"filters": [each for each in row.get("filters") or () if isinstance(each, dict)]} for row in rows
        ]

    def _unique(self, values):
        seen = set()
        for value in values:
            if value not in seen:
                seen.add(value)
                yield value


def _read_lines(file):
    """Yield the rows of a temporary file. Other readers may move its position in between."""
    position = 0
    while True:
        file.seek(position)
        line = file.readline()
        position = file.tell()
        if not line:
            return
        yield json.loads(line)


def _listed_row(row):
    place, tags, media = row.get("place"), row.get("tags"), row.get("media")
    return {name: row.get(name) for name in LISTED_COLUMNS} | {
        "place": place if isinstance(place, dict) else {},
        "tags": [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        "media": media if isinstance(media, list) else [],
    }


def _id(row):
    """Return the id of a row, 0 if it is no id."""
    value = row.get("id")
    return value if type(value) is int and value > 0 else 0
