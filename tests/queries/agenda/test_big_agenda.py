"""The agenda with 20,000 events: no statement scans a table, and a list of everything takes little memory."""

import contextvars
import tracemalloc

import orjson
import pytest
from sqlalchemy import func, insert, select, text, update

from joindin import create_app
from joindin.extensions import db
from joindin.models import City, Collection, CollectionFilter, Event, ListedEvent, Place
from joindin.performance.read_models.running_events import CLASS_LENGTHS
from joindin.queries.agenda.agenda_list_sql import Shape, list_statement
from joindin.utils.datetimes import utc_now
from tests.queries.test_query_plans import excesses, town  # noqa: F401 - a fixture

PLACES, CITIES = 200, 50
MAX_BYTES = 5_000_000

LISTS = [
    *("events?max=20", "events?max=20&page=3", "events?max=20&reverse=true", "events?max=20&show_multidate=false"),
    *("events?max=20&tags=python", "events?max=20&tags=sound5", "events?max=20&tags=python,php", "events?tags=none"),
    *("events?max=20&places=7", "events?max=20&places=7,8,9", "events?max=20&tags=python&places=7"),
    *("events?max=20&start=0", "events?max=20&older=true", "events?max=20&older=true&reverse=true&tags=php"),
    *("collections/some?max=20", "collections/most?max=20", "event/detail/1"),
]
PAGES = [
    *("/event", "/event?when=past", "/event?when=all", "/event?q=zeppelin", "/event?q=conference", "/event?q=zz"),
    *(
        "/event?tag=python",
        "/event?tag=python&when=past",
        "/event?place=7",
        "/event?city=nl/city-7",
        "/event?country=nl",
    ),
    *("/event?cfp=open", "/event?lang=de", "/event?mode=online", "/event?mode=online&when=all", "/event?mode=onsite"),
    *("/event?when=all&from=2020-01-02&to=2020-01-02", "/event?from=2020-01-02", "/event?when=past&to=2020-01-02"),
    "/event?when=all&from=2020-01-02&to=2020-02-02&city=nl/city-7",
    *(
        "/event?tag=python&city=nl/city-7",
        "/event?tag=python&country=nl&mode=online",
        "/event?q=conference&city=nl/city-7",
    ),
    *(
        "/event?when=all&page=after_1577836800_1",
        "/event?when=past&page=before_1577836800_1",
        "/event?q=none&tag=php&cfp=open",
    ),
    *(
        "/tag",
        "/tag?page=after_p",
        "/tag/python",
        "/place/7/Hall%207",
        "/city/nl/city-7",
        "/country/nl",
        "/country/nl?past=1",
    ),
    *("/search?q=zeppelin", "/search?q=conference", "/sitemap/cities-1.xml"),
]

SEARCHES = [
    *(f"events?max=20&query={text}" for text in ("zeppelin", "conference", "hall+7", "php", "no+such")),
    *("place", "place?search=hall+1", "place?search=none", "tag", "tag?search=py", "event/meta?search=a"),
]


@pytest.fixture(scope="module")
def agenda(town):  # noqa: F811
    """The big database with places and collections."""
    now = utc_now()
    places = [
        {"id": number, "name": f"Hall {number}", "lookup_key": f"hall {number}", "name_key": f"hall {number}"}
        for number in range(1, PLACES + 1)
    ]
    db.session.execute(insert(Place).values(created_at=now, updated_at=now), places)
    db.session.execute(update(Event).values(place_id=1 + Event.id % PLACES))
    some, most = Collection(name="some", position=1), Collection(name="most", position=2)
    db.session.add_all([some, most])
    db.session.flush()
    db.session.add_all(
        [
            CollectionFilter(collection_id=some.id, tags=["python"]),
            CollectionFilter(collection_id=some.id, place_ids=[7, 8]),
            CollectionFilter(collection_id=most.id, tags=["php"], is_negated=True),
        ]
    )
    db.session.add_all(
        City(id=number, geoname_id=number, country_code="NL", slug=f"city-{number}", name=f"City {number}")
        for number in range(1, CITIES + 1)
    )
    db.session.execute(
        update(Event).values(city_id=1 + Event.id % CITIES, country_code="NL", located_revision=Event.revision)
    )
    db.session.execute(update(Event).where(Event.id % 500 == 0).values(location="Pier and online"))
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ANALYZE"))
        db.session.commit()
    return town


FEEDS = [
    *("/feed/rss", "/feed/rss?tags=python", "/feed/rss?places=7", "/feed/rss?collection=some"),
    *(
        "/events.rss",
        "/events.atom?tag=php",
        "/events.json?place=7",
        "/events.rss?host=person7",
        "/events.rss?q=zeppelin",
    ),
]


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_scans_no_table(agenda, path):
    assert excesses(agenda, path) == []


@pytest.mark.runs_once("SQLite chooses by rules, without statistics")
def test_a_list_without_occurrences_does_not_read_all_events_by_the_index_of_parents(app, session):
    statement = list_statement(Shape("sqlite", times=("since",), with_occurrences=False, limit=20))
    sql, params = statement.compiled_for(db.engine.dialect).bind(
        {"since": utc_now(), **{f"runs{number}": utc_now() for number in range(len(CLASS_LENGTHS))}}
    )
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", tuple(params)).all()
    assert not [step.detail for step in plan if "parent" in step.detail]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_of_the_agenda_scans_no_table(agenda, path):
    assert excesses(agenda, f"/api/{path}") == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_the_site_scans_no_table(agenda, path):
    if "q=" in path and db.engine.dialect.name == "postgresql":
        pytest.skip("PostgreSQL rightly scans the few places, which the check forbids it")
    assert excesses(agenda, path) == []


@pytest.mark.parametrize("path", SEARCHES)
def test_a_search_in_the_agenda_scans_no_table(agenda, path):
    if db.engine.dialect.name == "postgresql":
        pytest.skip("PostgreSQL rightly scans the few places and tags, which the check forbids it")
    assert excesses(agenda, f"/api/{path}") == []


@pytest.mark.slow("reads 20,000 events with memory tracing")
def test_all_events_are_sent_in_little_memory(agenda):
    settings = {name: agenda.config[name] for name in ("INSTANCE", "DATABASE_URL", "SECRET_KEY")}
    app = create_app({**settings, "FRAGMENT_CACHE_BYTES": 0, "TESTING": True})

    def read():
        """Read the answer part by part; return its parts as lengths, and the most memory that was in use."""
        app.test_client().get("/api/events?start=0&max=1")
        tracemalloc.start()
        reply = app.test_client().get("/api/events?start=0&show_recurrent=true", buffered=False)
        lengths = [len(part) for part in reply.iter_encoded()]
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        reply.close()
        return reply, lengths, peak, app.test_client().get("/api/events?start=0").data

    reply, lengths, peak, everything = contextvars.Context().run(read)
    assert (reply.status_code, "ETag" in reply.headers) == (200, False)
    assert sum(lengths) == len(everything)
    assert peak < MAX_BYTES < len(everything)
    assert len(orjson.loads(everything)) == db.session.scalar(select(func.count()).select_from(ListedEvent))
    with app.app_context():
        db.engine.dispose()
