"""A ``dumpdata`` file of Django, and the natural keys in it.

A reference is the number of a row or its natural key, as ``--natural-foreign`` writes it. The file is read whole, because
objects may refer to later ones.
"""

from collections.abc import Iterator
from pathlib import Path

import orjson

from joindin.errors import InvalidInput
from joindin.imports.ephios.dump_row import DumpRow
from joindin.imports.legacy_row import MAX_ID

# By model: the fields that make up the natural key.
NATURAL_KEYS = {
    "core.userprofile": ("email",),
    "auth.group": ("name",),
    "core.qualification": ("uuid",),
    "core.qualificationcategory": ("uuid",),
    "api.application": ("client_id",),
}
# A file without these is not a dump of ephios.
REQUIRED_MODELS = ("core.userprofile", "core.event")


class Dump:
    """The objects of a file by model.

    :raises InvalidInput: if the file cannot be read or is not a dump of ephios.
    """

    def __init__(self, objects: object):
        self._rows: dict[str, dict[int, DumpRow]] = {}
        self.invalid: list[str] = []
        if not isinstance(objects, list):
            raise InvalidInput("That is not a file of Django's dumpdata: it is not a list of objects")
        for each in objects:
            self._add(each)
        if missing := [model for model in REQUIRED_MODELS if model not in self._rows]:
            raise InvalidInput(f"That is not a dump of ephios: it has no {missing[0]}")
        self._pks = {
            model: {tuple(row.raw(field) for field in fields): row.pk for row in self.rows(model)}
            for model, fields in NATURAL_KEYS.items()
        }

    @classmethod
    def read(cls, file: Path) -> "Dump":
        try:
            return cls(orjson.loads(file.read_bytes()))
        except OSError as error:
            raise InvalidInput(f"{file} cannot be read: {error.strerror}") from None
        except orjson.JSONDecodeError as error:
            raise InvalidInput(f"{file} is not valid JSON: {error}") from None

    @property
    def models(self) -> list[str]:
        return sorted(self._rows)

    def count(self, model: str) -> int:
        return len(self._rows.get(model, ()))

    def rows(self, model: str) -> Iterator[DumpRow]:
        """Yield the objects of a model by number."""
        rows = self._rows.get(model, {})
        return (rows[pk] for pk in sorted(rows))

    def row(self, model: str, pk: int | None) -> DumpRow | None:
        return self._rows.get(model, {}).get(pk)

    def resolve(self, model: str, reference: object) -> int | None:
        """Return the number of the row that a reference names, or None."""
        if isinstance(reference, list):
            length = len(NATURAL_KEYS.get(model, ()))
            key = tuple(reference[:length])
            return self._pks[model].get(key) if length and all(isinstance(part, str) for part in key) else None
        if isinstance(reference, str) and reference.isascii() and reference.isdecimal() and len(reference) < 11:
            return int(reference)
        return reference if isinstance(reference, int) and not isinstance(reference, bool) else None

    def permission_name(self, reference: object) -> str | None:
        """Return ``app.codename`` of a permission, which may be a number if the file has ``auth.permission``."""
        if isinstance(reference, list) and len(reference) >= 2:
            return f"{reference[1]}.{reference[0]}"
        row = self.row("auth.permission", reference) if isinstance(reference, int) else None
        return row and f"{self.content_type(row.raw('content_type')).partition('.')[0]}.{row.raw('codename')}"

    def content_type(self, reference: object) -> str:
        """Return ``app.model``; empty if the reference is unknown."""
        if isinstance(reference, list):
            return ".".join(map(str, reference))
        row = self.row("contenttypes.contenttype", reference) if isinstance(reference, int) else None
        return f"{row.raw('app_label')}.{row.raw('model')}" if row else ""

    def _add(self, each):
        if not isinstance(each, dict) or not isinstance(each.get("fields"), dict):
            raise InvalidInput("That is not a file of Django's dumpdata: an object has no fields")
        model, pk = str(each.get("model")).lower(), each.get("pk")
        if isinstance(pk, bool) or not isinstance(pk, int) or not 0 < pk <= MAX_ID:
            # Sessions and the like have texts as keys; none of them is imported.
            self.invalid.append(model)
            return
        self._rows.setdefault(model, {})[pk] = DumpRow(pk, each["fields"])
