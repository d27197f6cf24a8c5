"""Adding and removing hosts of an event."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError

import pytest
from sqlalchemy import select

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.models import Event, EventHost, User
from joindin.operations.hosts import add_host, remove_host
from tests.factories import make_event, make_user


def hosts_of(session, event):
    return set(session.scalars(select(EventHost.user_id).where(EventHost.event_id == event.id)))


def test_a_host_is_removed_from_one_event_only(session, host, event):
    other_host = make_user(session)
    other_event = make_event(session, host=host)
    for each in (event, other_event):
        add_host(session, each, username=other_host.username, actor=host)

    remove_host(session, event, user_id=other_host.id, remover=host)

    assert (hosts_of(session, event), hosts_of(session, other_event)) == ({host.id}, {host.id, other_host.id})


def test_an_admin_who_is_no_host_removes_a_host(session, host, event):
    remove_host(session, event, user_id=host.id, remover=make_user(session, is_admin=True))

    assert hosts_of(session, event) == set()


def test_a_host_does_not_remove_themselves(session, host, event):
    with pytest.raises(Forbidden):
        remove_host(session, event, user_id=host.id, remover=host)

    assert hosts_of(session, event) == {host.id}


def test_two_hosts_who_remove_each_other_at_once_leave_one(app, session, host, event):
    other_host = make_user(session)
    add_host(session, event, username=other_host.username, actor=host)
    session.commit()
    ids = event.id, host.id, other_host.id

    def remove_the_first_host():
        with app.app_context():
            event, first, second = (db.session.get_one(model, id_) for model, id_ in zip((Event, User, User), ids))
            try:
                remove_host(db.session, event, user_id=first.id, remover=second)
                db.session.commit()
            except Forbidden as refusal:
                return str(refusal)

    remove_host(session, event, user_id=other_host.id, remover=host)
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(remove_the_first_host)
        with pytest.raises(FutureTimeoutError):
            second.result(timeout=0.3)
        session.commit()

        assert second.result(timeout=20) == "You do not have permission to remove hosts from this event"
    assert hosts_of(session, event) == {ids[1]}
