"""The extensions, created here and bound in ``create_app``."""

from flask import Flask, current_app, g, has_request_context, request
from flask_migrate import Migrate
from flask_smorest import Api
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy.sql import Select

from joindin.db.base import Base
from joindin.db.engines import autocommit_engine
from joindin.performance.replicas import REPLICA_ENVIRON_KEY, Replica
from joindin.performance.sql.reader import ReadConnection, ThreadConnections
from joindin.performance.sql.writer import TransactionRunner


def _through():
    """How whoever acts came here, for the audit log; None outside of requests."""
    return current_app.extensions["audit_context"]() if has_request_context() else None


def replica() -> Replica | None:
    """The replica that this request reads from; None for the database itself."""
    return request.environ.get(REPLICA_ENVIRON_KEY) if has_request_context() else None


class RoutedSession(Session):
    """Reads from the request's replica, if it has one; writes, and locks what it reads, in the database itself."""

    def get_bind(self, mapper=None, clause=None, bind=None, **more):
        is_read = isinstance(clause, Select) and clause._for_update_arg is None and not self._flushing
        if is_read and (chosen := replica()) is not None:
            return chosen.engine
        return super().get_bind(mapper=mapper, clause=clause, bind=bind, **more)


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"class_": RoutedSession, "expire_on_commit": False, "info": {"audit_context": _through}},
)
migrate = Migrate(render_as_batch=True, compare_type=True)
api = Api()


def reader() -> ReadConnection:
    """This request's way of plain reading; it costs a fraction of a session."""
    # Each touch of ``g`` looks for it anew, and this is asked several times a request.
    known = g._get_current_object()
    if "reader" not in known:
        chosen = replica()
        known.reader = ReadConnection(chosen.connections if chosen else current_app.extensions["reading"])
    return known.reader


def writer() -> TransactionRunner:
    """The way of short writes, which are a transaction by themselves."""
    return current_app.extensions["writing"]


def token_usage_recorder():
    """Where uses of tokens are noted (``operations/token_uses.py``)."""
    return current_app.extensions["token_uses"]


def init_connections(app: Flask) -> None:
    with app.app_context():
        app.extensions["reading"] = ThreadConnections(autocommit_engine(db.engine))
        app.extensions["writing"] = TransactionRunner(db.engine)
    app.teardown_appcontext(_close_reader)


def _close_reader(_failure):
    if (opened := g.pop("reader", None)) is not None:
        opened.close()
