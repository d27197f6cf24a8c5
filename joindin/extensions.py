"""The extensions, created here and bound in ``create_app``."""

from flask import Flask, current_app, g, has_request_context
from flask_migrate import Migrate
from flask_smorest import Api
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.engine import Connection

from joindin.database import Base, reading_engine


def _through():
    """How whoever acts came here, for the audit log; None outside of requests."""
    return current_app.extensions["through"]() if has_request_context() else None


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"expire_on_commit": False, "info": {"through": _through}},
)
migrate = Migrate(render_as_batch=True, compare_type=True)
api = Api()


def reader() -> Connection:
    """This request's connection for plain reading.

    It costs a third of a session, and on PostgreSQL there is no transaction to open and close. It
    does not see what the request's session has not committed.
    """
    if "reader" not in g:
        g.reader = current_app.extensions["reading engine"].connect()
    return g.reader


def prepare_reading(app: Flask) -> None:
    with app.app_context():
        app.extensions["reading engine"] = reading_engine(db.engine)
    app.teardown_appcontext(_close_reader)


def _close_reader(_failure):
    if (connection := g.pop("reader", None)) is not None:
        connection.close()
