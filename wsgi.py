"""The WSGI application, for any server: ``wsgi:app``."""

from joindin import create_app

app = create_app()
