"""Opening of an import source by its address."""

from pathlib import Path

from joindin.errors import InvalidInput
from joindin.imports.joindin.sources import Source
from joindin.imports.joindin.sources_json import JsonSource
from joindin.imports.joindin.sources_mysql import MySqlSource

SCHEMES = ("mysql", "mariadb")


def open_source(source: str) -> Source:
    """Open the source at ``mysql://user:password@host/database``, or a JSON file.

    :raises InvalidInput: if the address is neither.
    :raises SourceError: if the source cannot be read. No message contains the password.
    """
    scheme, separator, _rest = source.partition("://")
    if not separator:
        return JsonSource(Path(source))
    if scheme.lower() not in SCHEMES:
        raise InvalidInput("SOURCE is a JSON file or a URL like mysql://user:password@host/database")
    return MySqlSource(source)
