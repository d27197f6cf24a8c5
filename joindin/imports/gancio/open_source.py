"""Opening of an import source by its address."""

from joindin.errors import InvalidInput
from joindin.imports.gancio.database_source import open_database
from joindin.imports.gancio.http_source import HttpSource
from joindin.imports.gancio.polite_client import PoliteClient
from joindin.imports.gancio.sources import Source


def open_source(source: str, *, host: str | None = None, allow_private: bool = False) -> Source:
    """Open a SQLite file, the address of a database, or that of a website.

    ``host`` is the host name of the server that a database belongs to. ``allow_private`` allows websites in private networks.

    :raises InvalidInput: if the address is none of these.
    :raises SourceError: if the source cannot be read. No message contains a password.
    """
    if source.lower().startswith(("http://", "https://")):
        if host:
            raise InvalidInput("A website has its host name in its address")
        return HttpSource(source, PoliteClient(allow_private=allow_private))
    return open_database(source, host=host.strip().lower() if host else None)
