"""Download of personal data: a ZIP archive with one JSON file per table."""

import json
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

ABOUT = """This is all that is stored about you here, one file a table, as JSON.

users.json is your account. A file named after a table and a column (such as clients.owner_id.json)
holds rows that refer to you there. names.json tells what the events and talks are called that other
files refer to by number. Left out are hashes of passwords and tokens, and keys: they are no use to
you, and would be to a thief.
"""


def pack_personal_data(found: dict[str, list[dict]]) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", ABOUT)
        for name, rows in found.items():
            archive.writestr(f"{name}.json", json.dumps(rows, ensure_ascii=False, indent=2, default=_plain))
    return packed.getvalue()


def _plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
