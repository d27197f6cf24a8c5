"""The custom elements for other web sites, in jsdom (Gancio contract, section 13)."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import joindin
from tests.browser.requirements import MODULES
from tests.services import skip_or_fail

SCRIPT = (Path(joindin.__file__).parent / "static" / "gancio-events.es.js").read_text()
RUNNER = Path(__file__).parent / "web_component.mjs"
BASE = "https://agenda.example"


@pytest.fixture(scope="module", autouse=True)
def _tools():
    """Replaces that of the package: these tests need no Chromium."""
    if shutil.which("node") is None or not (MODULES / "jsdom").is_dir():
        skip_or_fail("not on this machine: node and jsdom (make browser-tools)")


def show(page, responses, changes=()):
    """Return what jsdom shows of a page."""
    given = {"script": SCRIPT, "page": f"<!DOCTYPE html><body>{page}", "responses": responses, "changes": changes}
    shown = subprocess.run(["node", RUNNER], input=json.dumps(given), capture_output=True, text=True, timeout=60)
    assert shown.returncode == 0, shown.stderr
    shown = json.loads(shown.stdout)
    assert shown.pop("errors") == []
    return shown


def make_listed(**fields):
    return {
        "id": 7,
        "title": "Tides",
        "slug": "tides",
        "start_datetime": 1988186400,
        "end_datetime": None,
        "multidate": False,
        "media": [],
        "tags": [],
        "place": {"name": "Harbour Hall", "address": "Quay 1"},
        **fields,
    }


FLYER = {"url": "0123.jpg", "name": "A wave", "focalpoint": [0.5, -1]}


def test_event_is_shown():
    address = f"{BASE}/api/event/detail/tides"
    event = make_listed(media=[FLYER], tags=["sea"], end_datetime=1988193600)

    shown = show(f'<gancio-event baseurl="{BASE}/" id="tides"></gancio-event>', {address: {"body": event}})

    (content,) = shown["contents"]
    assert shown["requested"] == [address]
    assert "Tides" in content["text"]
    assert "Harbour Hall" in content["text"]
    assert "#sea" in content["text"]
    assert content["links"] == [f"{BASE}/event/tides"]
    assert content["images"] == [[f"{BASE}/media/thumb/0123.jpg", "A wave", "75% 0%"]]
    assert content["isBusy"] is False


@pytest.mark.parametrize(
    ("attributes", "path"),
    [
        ("", "/api/events?show_recurrent=false"),
        ('maxlength="5" show_recurrent="true"', "/api/events?max=5&show_recurrent=true"),
        ('tags="a b,c&d" places="1,2"', "/api/events?tags=a+b%2Cc%26d&places=1%2C2&show_recurrent=false"),
        ('collection="By the sea" tags="x"', "/feed/json/collection/By%20the%20sea?show_recurrent=false"),
        ('collection="c" maxlength="3"', "/feed/json/collection/c?max=3&show_recurrent=false"),
    ],
)
def test_list_asks_for_the_events_of_its_attributes(attributes, path):
    events = [make_listed(), make_listed(id=8, slug="", title="Later")]
    responses = {BASE + path: {"body": events}}

    shown = show(f'<gancio-events baseurl="{BASE}" title="Next" {attributes}></gancio-events>', responses)

    (content,) = shown["contents"]
    assert shown["requested"] == [BASE + path]
    assert content["links"] == [f"{BASE}/", f"{BASE}/event/tides", f"{BASE}/event/8"]
    assert content["images"] == [[f"{BASE}/logo.png", "", ""], *[[f"{BASE}/fallbackimage.png", "", ""]] * 2]


def test_answer_with_past_events_is_understood():
    address = f"{BASE}/api/events?show_recurrent=false"
    body = {"events": [make_listed()], "pastEvents": [make_listed(title="Past")]}

    (content,) = show(f'<gancio-events baseurl="{BASE}"></gancio-events>', {address: {"body": body}})["contents"]

    assert content["links"] == [f"{BASE}/event/tides"]


def test_tags_of_feeds_are_objects_and_events_of_other_servers_keep_their_address():
    address = f"{BASE}/api/events?show_recurrent=false"
    event = make_listed(tags=[{"tag": "sea"}], ap_id="https://far.example/event/1?x=y")

    (content,) = show(f'<gancio-events baseurl="{BASE}"></gancio-events>', {address: {"body": [event]}})["contents"]

    assert "#sea" in content["text"]
    assert content["links"] == ["https://far.example/event/1?x=y"]


def test_hostile_texts_stay_texts():
    address = f"{BASE}/api/events?show_recurrent=false"
    evil = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    event = make_listed(
        title=evil, slug='"><script>', place={"name": evil}, tags=[evil], ap_id="javascript:alert(1)",
        media=[{"url": "../../x?y", "name": evil, "focalpoint": ["x", evil]}],
    )  # fmt: skip

    (content,) = show(f'<gancio-events baseurl="{BASE}"></gancio-events>', {address: {"body": [event]}})["contents"]

    assert content["text"].count(evil) == 3
    assert content["links"] == [f"{BASE}/event/%22%3E%3Cscript%3E"]
    assert content["images"][0][0] == f"{BASE}/media/thumb/..%2F..%2Fx%3Fy"
    assert content["elements"] == ["a", "img", "li", "section", "span", "style", "time", "ul"]


@pytest.mark.parametrize("response", [None, {"status": 500, "body": []}, {"body": None}, {"body": [{"title": "x"}]}])
def test_failure_is_told(response):
    responses = {f"{BASE}/api/events?show_recurrent=false": response} if response else {}

    (content,) = show(f'<gancio-events baseurl="{BASE}"></gancio-events>', responses)["contents"]

    assert content["text"] == "The events cannot be shown now."
    assert content["isBusy"] is False


def test_empty_list_says_that_it_is_empty():
    responses = {f"{BASE}/api/events?show_recurrent=false": {"body": []}}

    (content,) = show(f'<gancio-events baseurl="{BASE}"></gancio-events>', responses)["contents"]

    assert content["text"] == "There are no events."


@pytest.mark.parametrize("baseurl", ["", 'baseurl=""', 'baseurl="javascript:alert(1)"', 'baseurl="http://["'])
def test_nothing_is_requested_without_an_address(baseurl):
    shown = show(f"<gancio-events {baseurl}></gancio-events><gancio-event baseurl='{BASE}'></gancio-event>", {})

    assert shown["requested"] == []
    assert [content["text"] for content in shown["contents"]] == ["", ""]


def test_changed_attributes_cause_one_request():
    first, second = (f"{BASE}/api/events?{query}show_recurrent=false" for query in ("", "max=1&tags=a&"))
    responses = {first: {"body": []}, second: {"body": [make_listed()]}}

    shown = show(
        f'<gancio-events baseurl="{BASE}"></gancio-events>', responses, changes=[["maxlength", "1"], ["tags", "a"]]
    )

    assert shown["requested"] == [first, second]
    assert shown["contents"][0]["links"] == [f"{BASE}/event/tides"]


def test_look_follows_the_attributes():
    responses = {f"{BASE}/api/events?show_recurrent=false": {"body": [make_listed()]}}
    page = "".join(
        f'<gancio-events baseurl="{BASE}" {attributes}></gancio-events>'
        for attributes in ("", 'sidebar="true"', 'sidebar="false"', 'external_style="https://blog.example/a.css?v=1"')
    )

    contents = show(page, responses)["contents"]

    assert [content["classes"] for content in contents] == [["box"], ["box"], ["box wide"], ["box"]]
    assert contents[3]["links"] == ["https://blog.example/a.css?v=1", f"{BASE}/event/tides"]
