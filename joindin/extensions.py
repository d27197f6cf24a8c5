"""The extensions, created here and bound in ``create_app``."""

from flask import Flask, current_app, g, has_request_context
from flask_migrate import Migrate
from flask_smorest import Api
from flask_sqlalchemy import SQLAlchemy

from joindin.database import Base, reading_engine
from joindin.reading import Driver, Reader
from joindin.writing import Writer


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


def reader() -> Reader:
    """This request's way of plain reading; it costs a fraction of a session."""
    if "reader" not in g:
        g.reader = Reader(current_app.extensions["reading"])
    return g.reader


def writer() -> Writer:
    """The way of short writes, which are a transaction by themselves."""
    return current_app.extensions["writing"]


def prepare_reading(app: Flask) -> None:
    with app.app_context():
        app.extensions["reading"] = Driver(reading_engine(db.engine))
        app.extensions["writing"] = Writer(db.engine)
    app.teardown_appcontext(_close_reader)


def _close_reader(_failure):
    if (opened := g.pop("reader", None)) is not None:
        opened.close()
