"""WSGI application for any WSGI server, for example ``gunicorn wsgi:app``. Settings come from ``JOINDIN_*`` variables."""

from joindin import create_app

app = create_app()
