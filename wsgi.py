"""WSGI application for any WSGI server, for example ``gunicorn wsgi:app``. Settings come from ``JOINDIN_*`` variables."""

from joindin import create_app
from joindin.http.application import limit_statements

app = create_app()
limit_statements(app)
