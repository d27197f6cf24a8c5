"""Import from the public API of a running Gancio."""

import pytest
from sqlalchemy import select

from joindin.errors import InvalidInput
from joindin.imports.gancio.http_source import PAGE_SIZE, HttpSource
from joindin.imports.gancio.open_source import open_source
from joindin.imports.gancio.polite_client import MAX_ATTEMPTS, PoliteClient
from joindin.imports.gancio.sources import SourceError
from joindin.models import (
    Collection,
    CollectionFilter,
    Event,
    EventFlyer,
    EventSeries,
    ImportOrigin,
    Place,
    SiteSetting,
)
from tests.imports.gancio.gancio_server import GancioServer, api_event, running
from tests.imports.gancio.import_run import LATER, ImportRun, all_rows
from tests.imports.gancio.test_gancio_import import CAPTURED, tags_of
from tests.utils.images.image_files import encode, make_image


def jpeg_image(width, height):
    return encode(make_image(size=(width, height)), "JPEG")


class Waits(list):
    """The pauses that the client would have made."""

    def __call__(self, seconds):
        self.append(seconds)


@pytest.fixture
def import_api(session):
    """``import_api(server)`` imports a running server, without waiting."""

    def run(server, **options):
        client = PoliteClient(allow_private=True, sleep=Waits())
        return ImportRun(session, HttpSource(server.url, client), **options)

    return run


def test_events_places_tags_series_and_collections_are_imported(session, import_api):
    hall = {"id": 5, "name": "Hall", "address": "Road 5", "latitude": 45.1, "longitude": 7.6}
    server = GancioServer(
        [
            api_event(7, "Concert", tags=["Music"], place=hall, end_datetime=1803931200, description="<p>Hello</p>"),
            api_event(8, "Meetup", recurrent={"frequency": "1w"}, place=hall),
            api_event(9, "Meetup", slug="meetup-1", parentId=8, place=hall),
        ],
        collections=[
            {
                "id": 3,
                "name": "first",
                "isTop": True,
                "sortIndex": 1,
                "filters": [{"id": 4, "tags": ["Music"], "places": [{"id": 5}]}],
            }
        ],
        zone="Europe/Madrid",
    )
    with running(server):
        run = import_api(server)

    assert run.issues == []
    assert run.outcomes == {
        "places": {"added": 1},
        "tags": {"added": 1},
        "events": {"added": 3},
        "collections": {"added": 1},
        "filters": {"added": 1},
    }
    concert, parent, occurrence = (session.get(Event, id_) for id_ in (7, 8, 9))
    assert (concert.slug, concert.description, concert.timezone) == ("concert", "Hello", "Europe/Madrid")
    assert (concert.location, concert.place_id, concert.is_visible) == ("Hall, Road 5", 5, True)
    assert tags_of(session, 7) == ["Music"]
    assert (parent.is_series, occurrence.parent_id, occurrence.is_visible) == (True, 8, True)
    assert session.scalars(select(EventSeries.rrule)).all() == ["FREQ=WEEKLY"]
    assert session.scalars(select(Collection.name)).all() == ["first"]
    assert session.scalars(select(CollectionFilter.place_ids)).all() == [[5]]
    assert session.scalars(select(SiteSetting.key)).all() == []
    host = server.url.removeprefix("http://")
    assert set(session.scalars(select(ImportOrigin.source))) == {host}


def test_a_parent_that_is_listed_itself_is_imported_once_and_first(session, import_api):
    # A series that was ended: its former parent is an ordinary event.
    server = GancioServer(
        [api_event(9, parentId=8), api_event(8, "Former parent"), api_event(10, parentId=8, start_datetime=1)]
    )
    with running(server):
        run = import_api(server)

    assert (run.of("events"), run.issues) == ({"added": 3}, [])
    assert [session.get(Event, id_).parent_id for id_ in (9, 10)] == [8, 8]


def test_a_repeated_import_follows_changes_and_keeps_edits(session, import_api):
    server = GancioServer([api_event(7), api_event(8)])
    with running(server):
        import_api(server)
        before = all_rows(session)
        assert import_api(server, now=LATER).of("events") == {"unchanged": 2}
        assert all_rows(session) == before

        session.get(Event, 8).name = "Edited here"
        session.commit()
        for id_ in (7, 8):
            server.events[id_] |= {"title": "Changed there"}
        run = import_api(server)

    assert run.of("events") == {"updated": 1, "kept": 1}
    assert [session.get(Event, id_).name for id_ in (7, 8)] == ["Changed there", "Edited here"]


def test_a_dry_run_writes_nothing(import_api, count_rows, tmp_path):
    server = GancioServer([api_event(7, media=[{"url": "a.jpg"}])], images={"a.jpg": jpeg_image(64, 64)})
    before = count_rows()
    with running(server):
        run = import_api(server, is_dry_run=True, media_dir=tmp_path / "media")

    assert (run.of("events"), run.images) == ({"added": 1}, {"copied": 1})
    assert "/media/a.jpg" not in server.requested
    assert count_rows() == before
    assert list(tmp_path.iterdir()) == []


def test_details_can_be_fetched_before_the_import(session):
    events = [api_event(8, recurrent={"frequency": "1w"}), api_event(9, parentId=8), api_event(10, description="Text")]
    server = GancioServer(events)
    with running(server):
        source = HttpSource(server.url, PoliteClient(allow_private=True, sleep=Waits()))
        source.prefetch()
    # The server is gone.
    run = ImportRun(session, source)

    assert run.of("events") == {"added": 3}
    assert (session.get(Event, 9).parent_id, session.get(Event, 10).description) == (8, "Text")


def test_all_pages_are_read(session, import_api):
    server = GancioServer([api_event(id_) for id_ in range(1, 2 * PAGE_SIZE + 2)])
    with running(server):
        run = import_api(server)

    assert run.of("events") == {"added": 2 * PAGE_SIZE + 1}
    assert server.requested.count("/api/events") == 3


def test_a_server_that_does_not_know_pages_is_read_once(session, import_api):
    server = GancioServer([api_event(id_) for id_ in range(1, PAGE_SIZE + 1)])
    everything = server._list({"max": "1000", "page": "0"})
    server._list = lambda _query: everything
    with running(server):
        run = import_api(server)

    assert run.of("events") == {"added": PAGE_SIZE}
    assert server.requested.count("/api/events") == 2


def test_an_event_whose_id_is_the_slug_of_another_is_not_mixed_up(session, import_api):
    server = GancioServer([api_event(7, "One", slug="one"), api_event(9, "7", slug="7", parentId=None)])
    with running(server):
        import_api(server)

    assert (session.get(Event, 7).name, session.get(Event, 9).name) == ("One", "7")


def test_an_event_that_is_deleted_meanwhile_is_reported(session, import_api):
    server = GancioServer([api_event(7), api_event(8)])
    with running(server):
        source = HttpSource(server.url, PoliteClient(allow_private=True, sleep=Waits()))
        del server.events[8]
        run = ImportRun(session, source)

    assert run.of("events") == {"added": 1, "skipped": 1}
    assert run.issues == ["events: 1 rows cannot be read or have no valid key"]


def test_images_are_fetched_with_their_names(session, import_api, tmp_path):
    name = f"{'a' * 32}.jpg"
    server = GancioServer(
        [
            api_event(7, media=[{"url": name, "name": "A poster", "focalpoint": [0.5, -0.25]}]),
            api_event(8, media=[{"url": "missing.jpg"}]),
            api_event(9, media=[{"url": "text.jpg"}]),
            api_event(10, media=[{"url": "../../etc/passwd"}]),
        ],
        images={name: jpeg_image(1600, 800), "text.jpg": b"no image"},
    )
    with running(server):
        run = import_api(server, media_dir=tmp_path)
        again = import_api(server, media_dir=tmp_path)

    assert run.images == {"copied": 1, "not copied": 3}
    assert again.images == {"unchanged": 1, "not copied": 3}
    [flyer] = session.scalars(select(EventFlyer))
    assert (flyer.event_id, flyer.file, flyer.alt_text) == (7, name, "A poster")
    assert (flyer.width, flyer.height, flyer.focal_x, flyer.focal_y) == (1200, 600, 0.5, -0.25)
    assert (tmp_path / "flyers" / name).is_file()
    assert sorted(issue.rpartition(": ")[2] for issue in run.issues) == [
        "Input buffer contains unsupported image format",
        "that is not the name of a file",
        "there is no such file",
    ]


def test_the_client_waits_as_long_as_the_server_demands(import_api, session):
    server = GancioServer([api_event(7)])
    waits = Waits()
    with running(server):
        server.failures = [(429, {"Retry-After": "300"}), (503, {"Retry-After": "soon"}), (500, {})]
        run = ImportRun(session, HttpSource(server.url, PoliteClient(allow_private=True, sleep=waits)))

    assert run.of("events") == {"added": 1}
    assert [seconds for seconds in waits if seconds >= 4] == [300, 4, 8]
    assert sum(seconds < 4 for seconds in waits) == len(server.requested) - 1


@pytest.mark.parametrize("failure", [(500, {}), (429, {"Retry-After": "1"})])
def test_a_server_that_keeps_failing_is_given_back(failure):
    server = GancioServer([])
    with running(server):
        server.failures = [failure] * (MAX_ATTEMPTS + 1)
        with pytest.raises(SourceError, match="cannot be read: the answer has the status"):
            HttpSource(server.url, PoliteClient(allow_private=True, sleep=Waits()))

    assert len(server.requested) == MAX_ATTEMPTS


@pytest.mark.parametrize("body", [b'{"events": []}', b"<html>", b"[" * 100_000, b"null"])
def test_a_server_that_is_no_gancio_is_refused(body):
    server = GancioServer([])
    server._list = None
    server.answer = lambda path, _query: (200, "application/json", body) if path == "/api/events" else (404, "", b"")
    with running(server), pytest.raises(SourceError):
        HttpSource(server.url, PoliteClient(allow_private=True, sleep=Waits()))


def test_private_addresses_are_refused():
    with running(GancioServer([])) as server:
        with pytest.raises(SourceError, match="is not on the public internet"):
            HttpSource(server.url, PoliteClient(allow_private=False, sleep=Waits()))
        assert server.requested == []


def test_a_host_name_belongs_to_a_database():
    with pytest.raises(InvalidInput):
        open_source("https://gancio.example.org", host="gancio.example.org")


@pytest.mark.parametrize(
    "damage",
    [
        {"title": None},
        {"start_datetime": "soon"},
        {"start_datetime": 10**20},
        {"tags": "x"},
        {"tags": [None, 1, {"tag": "x"}]},
        {"place": None},
        {"place": "Hall"},
        {"place": {"id": "x", "name": 7}},
        {"media": {"url": 1}},
        {"media": [None]},
        {"parentId": "x"},
        {"parentId": -1},
        {"online_locations": "https://a.example"},
        {"slug": None},
        {"slug": 5},
        {"slug": "../../x"},
        {"description": None},
        {"description": 7},
        {"likes": 3},
        {"end_datetime": float("nan")},
    ],
)  # fmt: skip
def test_no_answer_stops_the_import(session, import_api, damage):
    server = GancioServer([api_event(8)])
    server.events[7] = api_event(7) | damage
    with running(server):
        run = import_api(server)

    numbers = {outcome: number for outcome, number in run.of("events").items() if outcome != "repaired"}
    assert sum(numbers.values()) == 2
    assert session.get(Event, 8) is not None


class OwnApi:
    """The client of an import from this application's own API."""

    def __init__(self, app):
        self._client = app.test_client()

    def get_json(self, url):
        response = self._client.get(url.removeprefix("http://own.example"))
        return response.get_json() if response.status_code == 200 else None


def test_our_own_api_can_be_imported(session, app):
    ImportRun(session, CAPTURED)
    visible = session.scalars(select(Event).where(Event.is_visible)).all()
    titles = sorted(each.name for each in visible)
    newest = max(session.scalars(select(Event.id)))

    source = HttpSource("http://own.example", OwnApi(app))
    session.commit()
    run = ImportRun(session, source)

    copies = session.scalars(select(Event).where(Event.id > newest, Event.is_visible)).all()
    assert sorted(each.name for each in copies) == titles
    assert run.of("events")["added"] >= len(titles)
    places = {each.place_id for each in visible}
    assert run.of("places") == {"merged": len(places)}
    assert len(session.scalars(select(Place)).all()) == 20
