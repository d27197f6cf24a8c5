"""Cities of events, found after the events were stored."""

from sqlalchemy import select

from joindin.db.locking import begin_write
from joindin.extensions import db
from joindin.jobs.cities import locate_new_events
from joindin.jobs.queue import get_queue
from joindin.models import City, Event
from joindin.operations.agenda import event_cities
from joindin.operations.agenda.event_cities import locate_events
from joindin.performance.read_models.verify import find_inconsistencies
from tests.concurrency import run_concurrently
from tests.factories import make_event

ROTTERDAM, OSLO = "Quay 1, Rotterdam, Netherlands", "Pier, Oslo, Norway"


def city_of(session, event):
    session.expire_all()
    return event.city_id and session.get(City, event.city_id).slug, event.country_code


def test_an_event_gets_its_city_once(session):
    event, other = make_event(session, location=ROTTERDAM), make_event(session, location="Somewhere")

    numbers = [locate_events(session), locate_events(session)]

    assert numbers == [2, 0]
    assert city_of(session, event) == ("rotterdam", "NL")
    assert city_of(session, other) == (None, None)


def test_an_event_that_moves_changes_its_city(session):
    event = make_event(session, location=ROTTERDAM)
    locate_events(session)
    version = event.version
    for location, city in ((OSLO, ("oslo", "NO")), ("Somewhere", (None, None))):
        event.location = location
        session.flush()
        locate_events(session)
        assert city_of(session, event) == city

    assert session.scalars(select(City.slug).order_by(City.slug)).all() == ["oslo", "rotterdam"]
    assert event.version == version + 2


def test_an_event_that_changes_meanwhile_is_read_again(session, monkeypatch):
    event = make_event(session, location=ROTTERDAM)
    find_city = event_cities.find_city

    def find_while_it_changes(*place):
        event.location = OSLO
        session.flush()
        return find_city(*place)

    monkeypatch.setattr(event_cities, "find_city", find_while_it_changes)
    locate_events(session)
    assert city_of(session, event) == (None, None)
    monkeypatch.setattr(event_cities, "find_city", find_city)
    locate_events(session)

    assert city_of(session, event) == ("oslo", "NO")


def test_counters_follow_the_cities(session):
    events = [make_event(session, location=ROTTERDAM) for _ in range(3)]
    locate_events(session)
    session.delete(events[0])
    events[1].is_private = True
    session.flush()
    session.commit()

    assert find_inconsistencies(session.connection()) == {}


def test_the_job_finds_all_cities(app, session, monkeypatch):
    monkeypatch.setattr(event_cities, "_DUE", event_cities._DUE.limit(2))
    monkeypatch.setattr("joindin.jobs.cities.BATCH_SIZE", 2)
    for _ in range(5):
        make_event(session, location=ROTTERDAM)
    session.commit()

    locate_new_events(db.session)

    assert session.scalars(select(Event.country_code)).all() == ["NL"] * 5
    assert "locate_events" in {task.name for task in get_queue(app)._registry.periodic_tasks}


def test_two_workers_and_writers_at_once(app, session):
    events = [make_event(session, location=ROTTERDAM) for _ in range(12)]
    session.commit()
    ids = [event.id for event in events]

    def locate():
        with app.app_context():
            locate_new_events(db.session)

    def move(event_ids):
        def run():
            with app.app_context():
                for event_id in event_ids:
                    begin_write(db.session)
                    db.session.get(Event, event_id).location = OSLO
                    db.session.commit()

        return run

    run_concurrently(session, [locate, move(ids[:6]), locate, move(ids[5::-1])])
    locate_new_events(session)

    assert [city_of(session, session.get(Event, event_id)) for event_id in ids] == [("oslo", "NO")] * 6 + [
        ("rotterdam", "NL")
    ] * 6
    assert find_inconsistencies(session.connection()) == {}
