"""gancio-py, a client of Gancio that others wrote, used on a running server."""

import io
import time

import pytest
from gancio_py import Gancio, GancioError
from gancio_py.settings import BoolSetting, StrSetting
from PIL import Image

from tests.browser_client import PASSWORD, PASSWORD_HASH
from tests.factories import make_user
from tests.live_server import live_server

pytestmark = pytest.mark.slow("starts a server")

IN_A_WEEK = 7 * 24 * 3600


@pytest.fixture
def server(app, session, settings):
    make_user(session, "boss", email="boss@example.org", is_admin=True, password_hash=PASSWORD_HASH)
    session.commit()
    with live_server(settings, 1) as server:
        yield f"http://127.0.0.1:{server.port}"


@pytest.fixture
def client(server):
    client = Gancio(url=server)
    client.login("boss@example.org", PASSWORD)
    return client


@pytest.fixture
def create(client):
    def create(title="Test event", **fields):
        start = int(time.time()) + IN_A_WEEK
        return client.create_event(title, fields.pop("start_datetime", start), "Town Hall", "Square 1", **fields)

    return create


def image_file(width=40, height=30):
    file = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(file, "PNG")
    file.seek(0)
    return file


def refused_status(call, *args):
    with pytest.raises(GancioError) as refused:
        call(*args)
    return refused.value.status_code


def test_signing_in(server, client):
    assert client.get_user()["email"] == "boss@example.org"
    assert refused_status(Gancio(url=server).login, "boss@example.org", "wrong") == 403
    assert refused_status(Gancio(url=server, access_token="unknown").get_user) == 403


def test_the_life_of_an_event(client, create):
    start = int(time.time()) + IN_A_WEEK
    made = create(
        start_datetime=start,
        end_datetime=start + 3600,
        description="<p>Some words</p>",
        place_latitude=52.4,
        place_longitude=4.9,
        tags=["music", "live"],
        online_locations=["https://stream.example/1"],
    )
    read = client.get_event(made["slug"])
    changed = client.update_event(made["id"], title="Another title", tags=["music"])
    client.unconfirm_event(made["id"])
    hidden = [event["id"] for event in client.get_events()]
    client.confirm_event(made["id"])
    shown = [event["title"] for event in client.get_events()]
    client.delete_event(made["id"])

    assert (read["title"], read["start_datetime"], read["end_datetime"]) == ("Test event", start, start + 3600)
    assert (read["description"], read["tags"]) == ("<p>Some words</p>", ["music", "live"])
    assert (read["place"]["name"], read["place"]["latitude"]) == ("Town Hall", 52.4)
    assert read["online_locations"] == ["https://stream.example/1"]
    assert (changed["title"], changed["tags"], hidden, shown) == ("Another title", ["music"], [], ["Another title"])
    assert refused_status(client.get_event, made["slug"]) == 404


def test_filters(client, create):
    first, second = create("First", tags=["music", "a"]), create("Second", tags=["art"])

    assert [event["title"] for event in client.get_events(tags=["music"])] == ["First"]
    assert [event["title"] for event in client.get_events(tags=["music", "art"])] == ["First", "Second"]
    assert [event["title"] for event in client.get_events(places=[first["place"]["id"]], max=1, page=1)] == ["Second"]
    assert [event["title"] for event in client.get_events(query="secon", show_recurrent=True)] == ["Second"]
    assert [event["id"] for event in client.get_events(end=first["start_datetime"] - 1)] == []
    assert second["place"]["id"] == first["place"]["id"]


def test_images(client, create):
    made = create(image=image_file(), image_name="A red field", image_focalpoint=(0.5, -0.5))
    kept = client.update_event(made["id"], title="With image")
    removed = client.update_event(made["id"], title="Without image", image=False)

    media = made["media"][0]
    assert (media["width"], media["height"], media["name"]) == (40, 30, "A red field")
    assert media["focalpoint"] == [0.5, -0.5]
    assert kept["media"] == made["media"]
    assert removed["media"] == []


def test_a_recurring_event(client, create):
    client.set_bool_setting(BoolSetting.ALLOW_RECURRENT_EVENT, True)
    made = create("Weekly", recurrent={"frequency": "1w"})

    occurrences = client.get_events(show_recurrent=True)

    assert made["recurrent"] == {"frequency": "1w"}
    assert [(each["parentId"], each["start_datetime"] // 60) for each in occurrences] == [
        (made["id"], made["start_datetime"] // 60)
    ]


def test_places(client, create):
    create()
    place = client.get_place("Town Hall")
    changed = client.update_place(place["id"], name="Old Town Hall", latitude=1.5, longitude=2.5)

    assert [found["name"] for found in client.search_place("old town")] == ["Old Town Hall"]
    assert (changed["name"], changed["address"], changed["latitude"]) == ("Old Town Hall", "Square 1", 1.5)
    assert [event["title"] for event in client.get_place_events("Old Town Hall")["events"]] == ["Test event"]
    assert [found["name"] for found in client.get_places()] == ["Old Town Hall"]


def test_collections(client, create):
    event = create(tags=["music"])
    create("Other", tags=["art"])
    first, second = client.create_collection("First"), client.create_collection("Second")
    by_tag = client.add_filter(first["id"], tags=["music"], places=[event["place"]["id"]])
    listed = client.get_collection_events("First")
    client.update_filter(by_tag["id"], tags=["art"], places=[])
    after = client.get_collection_events("First")
    client.sort_collections(["Second", "First"])
    names = [each["name"] for each in client.get_collections(with_filters=True)]
    client.toggle_pin_collection(second["id"])
    pinned = [each["name"] for each in client.get_collections(pinned_only=True)]
    client.delete_filter(by_tag["id"])
    filters = client.get_filters(first["id"])
    client.delete_collection(second["id"])

    assert [each["title"] for each in listed] == ["Test event"]
    assert [each["title"] for each in after] == ["Other"]
    assert (names, pinned, filters) == (["Second", "First"], ["First"], [])
    assert [each["name"] for each in client.get_collections()] == ["First"]


def test_settings_and_pictures(client):
    client.set_str_setting(StrSetting.TITLE, "Our agenda")
    client.set_logo(image_file(800, 400))
    client.set_fallback_image(image_file(900, 300))
    client.set_header_image(image_file(900, 300))

    assert client.get_settings()["title"] == "Our agenda"
    assert Image.open(io.BytesIO(client.get_logo())).width == 400
    assert Image.open(io.BytesIO(client.get_fallback_image())).width == 600
    assert Image.open(io.BytesIO(client.get_header_image())).width == 600


def test_pages(client):
    page = client.create_page("About us", "<p>Hello</p>")
    client.update_page(page["id"], title="About", content="<p>Hello</p>", visible=True)

    assert client.get_page(page["slug"])["title"] == "About"
    assert [each["slug"] for each in client.get_pages()] == [page["slug"]]
    client.delete_page(page["id"])
    assert client.get_page(page["slug"]) is None
