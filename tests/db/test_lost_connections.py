"""Sessions whose connection is lost between their last statement and their end."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from joindin.extensions import db
from joindin.models import User
from tests.factories import make_user


def test_the_end_of_a_session_without_a_connection_is_no_error(app, session):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("connections to a file are not lost")
    make_user(session, "ann")
    session.commit()
    session.close()
    with app.app_context():
        db.session.scalars(select(User)).all()
        _end_connection(db.session.scalar(text("SELECT pg_backend_pid()")))

        db.session.remove()

        assert db.engine.pool.checkedout() == 0
        assert db.session.scalars(select(User.username)).all() == ["ann"]


def _end_connection(process):
    with Session(db.engine) as other:
        other.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})
