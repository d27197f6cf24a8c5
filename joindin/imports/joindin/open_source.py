"""Finding out what a source is, and opening it."""

from pathlib import Path

from joindin.errors import InvalidInput
from joindin.imports.joindin.sources import Source
from joindin.imports.joindin.sources_json import JsonSource
from joindin.imports.joindin.sources_mysql import MySqlSource

SCHEMES = ("mysql", "mariadb")


def open_source(source: str) -> Source:
    """The tables that ``source`` names: ``mysql://user:password@host/database``, or a JSON file.

    :raises InvalidInput: if it is neither.
    :raises Unreadable: if it cannot be read. No message holds the password.
    """
    scheme, separator, _rest = source.partition("://")
    if not separator:
        return JsonSource(Path(source))
    if scheme.lower() not in SCHEMES:
        raise InvalidInput("SOURCE is a JSON file or an address like mysql://user:password@host/database")
    return MySqlSource(source)
