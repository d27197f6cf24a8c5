"""The processes of ``joindin serve``: the main process, its workers, and what protects them from slow clients.

The HTTP server is Granian. This package knows processes, sockets, and requests as WSGI environments. Rules of the application do
not belong here: any other WSGI server can serve it as well.
"""
