"""Flask extensions and database connections, created here and bound in ``create_app``."""

from flask import Flask, current_app, g, has_request_context, request
from flask_migrate import Migrate
from flask_smorest import Api
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Select

from joindin.db.base import Base
from joindin.db.engines import autocommit_engine
from joindin.performance.replicas import REPLICA_ENVIRON_KEY, Replica
from joindin.performance.sql.connections import ConnectionPool
from joindin.performance.sql.reader import ReadConnection
from joindin.performance.sql.writer import TransactionRunner
from joindin.utils.media.storage import MediaStorage


def _audit_context():
    """Return the actor's client and address for the audit log; None outside of requests."""
    return current_app.extensions["audit_context"]() if has_request_context() else None


def replica() -> Replica | None:
    """Return the replica that this request reads from; None for the primary database."""
    return request.environ.get(REPLICA_ENVIRON_KEY) if has_request_context() else None


class RoutedSession(Session):
    """Reads from the request's replica, if it has one. Writes and locking reads go to the primary database."""

    def get_bind(self, mapper=None, clause=None, bind=None, **kwargs):
        is_read = isinstance(clause, Select) and clause._for_update_arg is None and not self._flushing
        if is_read and (chosen := replica()) is not None:
            return chosen.engine
        return super().get_bind(mapper=mapper, clause=clause, bind=bind, **kwargs)

    def close(self):
        """Close the session. The transaction of a connection that was lost has ended, so that this is no error."""
        try:
            super().close()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise


def secret_keys() -> tuple[str, ...]:
    """Return the secret keys of the instance, the current one first."""
    return current_app.config["SECRET_KEYS"]


def site_name() -> str:
    """Return the name that the operator has given to the site."""
    return current_app.config["SITE_NAME"]


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"class_": RoutedSession, "expire_on_commit": False, "info": {"audit_context": _audit_context}},
)
migrate = Migrate(render_as_batch=True, compare_type=True)
api = Api()


def reader() -> ReadConnection:
    """Return the request's connection for reads on the fast path, which costs a fraction of a session."""
    # Each attribute access on ``g`` looks up the context, and a request calls this several times.
    context = g._get_current_object()
    if "reader" not in context:
        chosen = replica()
        engine, pool = (chosen.engine, chosen.pool) if chosen else current_app.extensions["read_connections"]
        context.reader = ReadConnection(engine, pool)
    return context.reader


def writer() -> TransactionRunner:
    """Return the runner of short write transactions."""
    return current_app.extensions["transaction_runner"]


def media_storage() -> MediaStorage:
    """Return the storage of image files."""
    return current_app.extensions["media_storage"]


def token_usage_recorder():
    """Return the ``TokenUsageRecorder`` of this process."""
    return current_app.extensions["token_usage_recorder"]


def init_connections(app: Flask) -> None:
    with app.app_context():
        pool = None if app.config["PLAIN_SQL"] else ConnectionPool(db.engine)
        app.extensions["read_connections"] = autocommit_engine(db.engine), pool
        app.extensions["transaction_runner"] = TransactionRunner(db.engine, pool)
    app.teardown_appcontext(_close_reader)


def _close_reader(_error):
    if (connection := g.pop("reader", None)) is not None:
        connection.close()
