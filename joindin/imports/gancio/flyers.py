"""Import of the images of events, with the file names that they had."""

import re
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import Protocol

from joindin.errors import InvalidInput
from joindin.imports.gancio.mappings import fingerprint, load_origins, store_origins
from joindin.imports.gancio.records import ImportContext
from joindin.imports.gancio.source_row import GancioRow
from joindin.imports.gancio.sources import EVENTS, MEDIA
from joindin.models import Event, EventFlyer
from joindin.operations.agenda.flyers import FlyerStore, new_file_name, remove_event_flyer, set_event_flyer
from joindin.utils.images.file_types import parse_image
from joindin.utils.images.flyers import FULL_WIDTH_PX, ProcessedFlyer, process_flyer
from joindin.utils.media.storage import MediaStorage

COPIED, UNCHANGED, KEPT, REMOVED, NOT_COPIED = "copied", "unchanged", "kept", "removed", "not copied"
NAME_PATTERN = re.compile(r"[0-9A-Za-z_-]{1,90}\.jpg", re.ASCII)
MAX_IMAGE_BYTES = 20 * 1024 * 1024
MAX_ALT_LENGTH = 500
EXIF_MARK = b"Exif\0"


class ImageReader(Protocol):
    def read_image(self, name: str) -> bytes | None:
        """Return the content of a file of the source; None if there is none."""

    # Whether the operator trusts the files to be what Gancio made of uploads.
    is_trusted: bool


class UploadsFolder:
    """The folder ``uploads`` of a Gancio installation."""

    is_trusted = True

    def __init__(self, folder: Path):
        self._folder = folder

    def read_image(self, name: str) -> bytes | None:
        file = self._folder / name
        if not file.is_file() or file.is_symlink() or file.stat().st_size > MAX_IMAGE_BYTES:
            return None
        return file.read_bytes()


class FlyerImport:
    """Copies the images of imported events. An image that was changed or removed here is kept so."""

    def __init__(self, reader: ImageReader, storage: MediaStorage):
        self.reader, self.storage = reader, storage

    def run(self, context: ImportContext) -> Iterator[None]:
        """Copy all images. The caller commits at each yield.

        Each image is read before its rows are written, and committed before the next is read: no lock is held meanwhile.
        """
        for batch in context.source.batches(MEDIA):
            rows = [(str(values.get("id")), GancioRow(values)) for values in batch]
            events = load_origins(context, EVENTS, [key for key, _ in rows])
            origins = load_origins(context, MEDIA, [key for key, _ in rows])
            for key, row in rows:
                if key not in events or not events[key].fingerprints:
                    continue
                with FlyerStore(self.storage) as files:
                    outcome = self._import_image(context, files, key, row, events[key].row_id, origins.get(key))
                    if outcome is None:
                        continue
                    context.report.images[outcome] += 1
                    if outcome not in (UNCHANGED, NOT_COPIED):
                        context.session.flush()
                        yield

    def _import_image(self, context, files, key, row, event_id, origin):
        """Import one image; return the outcome, or None if there is nothing to do."""
        wanted = _image_of_source(row)
        if wanted is None and origin is None:
            return None
        mark = fingerprint(wanted)
        if origin is not None and origin.fingerprints["source"] == mark:
            return UNCHANGED if wanted else None
        event = context.session.get(Event, event_id)
        present = context.session.get(EventFlyer, event_id)
        here = _fingerprint_of(present)
        if event is None or here != (origin.fingerprints["here"] if origin else _fingerprint_of(None)):
            outcome = KEPT
        elif wanted is None:
            outcome = REMOVED
            if not context.is_dry_run:
                remove_event_flyer(context.session, event, files)
        else:
            outcome = self._copy(context, files, key, event, wanted, is_new=origin is None)
        if outcome == NOT_COPIED:
            return outcome
        if outcome != KEPT and not context.is_dry_run:
            here = _fingerprint_of(context.session.get(EventFlyer, event_id, populate_existing=True))
        _store(context, key, event_id, origin, {"source": mark, "here": here})
        return outcome

    def _copy(self, context, files, key, event, wanted, *, is_new):
        name = wanted["file"]
        if context.is_dry_run and not self.reader.is_trusted:
            # A dry run leaves other servers alone.
            return COPIED
        try:
            flyer = self._read(name)
        except InvalidInput as error:
            context.report.add_issue(EVENTS, key, f"its image {name[:100]!r}: {error}")
            return NOT_COPIED
        if context.is_dry_run:
            return COPIED
        if not NAME_PATTERN.fullmatch(name) or files.read_flyer(name) not in (None, flyer.content):
            context.report.add_issue(EVENTS, key, f"its image {name[:100]!r} has another name here")
            name = new_file_name()
        revised_at = event.revised_at
        set_event_flyer(
            context.session,
            event,
            flyer,
            alt_text=wanted["alt_text"],
            focal_point=tuple(wanted["focal_point"]),
            files=files,
            file=name,
        )
        if is_new:
            # The image is no change of the event: triggers took it for one.
            context.session.refresh(event, ["revised_at"])
            event.revised_at = revised_at
        return COPIED

    def _read(self, name):
        """Return the image. One that Gancio has processed is not compressed again.

        :raises InvalidInput: with the reason why it cannot be imported.
        """
        if Path(name).name != name or name.startswith("."):
            raise InvalidInput("that is not the name of a file")
        content = self.reader.read_image(name)
        if content is None:
            raise InvalidInput("there is no such file")
        processed = process_flyer(content)
        file = parse_image(content)
        is_finished = file.format == "JPEG" and file.width <= FULL_WIDTH_PX and EXIF_MARK not in content[:65536]
        if not (self.reader.is_trusted and is_finished):
            return processed
        return ProcessedFlyer(file.width, file.height, content, processed.thumbnail)


def _image_of_source(row):
    """Return file, text and focal point of the image in the source; None if there is none."""
    media = next((each for each in row.json("media", list) if isinstance(each, dict)), {})
    if not isinstance(media.get("url"), str) or not media["url"]:
        return None
    return {
        "file": media["url"],
        "alt_text": GancioRow(media).title("name", MAX_ALT_LENGTH),
        "focal_point": _focal_point(media.get("focalpoint")),
    }


def _focal_point(value):
    if not isinstance(value, list) or len(value) != 2:
        return [0.0, 0.0]
    numbers = [float(each) if isinstance(each, int | float) and isfinite(each) else 0.0 for each in value]
    return [max(-1.0, min(1.0, number)) for number in numbers]


def _fingerprint_of(flyer):
    if flyer is None:
        return ""
    return fingerprint([flyer.file, flyer.alt_text, float(flyer.focal_x), float(flyer.focal_y)])


def _store(context, key, event_id, origin, fingerprints):
    if origin is None:
        store_origins(context, MEDIA, [(key, event_id, fingerprints)])
    else:
        origin.fingerprints, origin.imported_at = fingerprints, context.now
