"""The page for people: complete, self-contained, and readable without JavaScript."""

from html.parser import HTMLParser

import pytest

from tests.resources.docs.openapi_document import list_operations, operation_name

pytestmark = pytest.mark.runs_once("the documentation page reads no rows")


class Reader(HTMLParser):
    """Text, ids and references of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.ids, self.links, self.assets, self.headings = [], [], [], [], []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" else []
        self.assets += [given[name] for name in ("src", "href") if name in given and tag != "a"]
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def reply(app):
    return app.test_client().get("/docs")


@pytest.fixture
def page(reply):
    return Reader(reply.get_data(as_text=True))


def test_the_page_shows_every_operation(page, document):
    assert [
        operation_name(each) for each in list_operations(document) if operation_name(each) not in page.text
    ] == []  # fmt: skip
    assert [
        each["operationId"] for _, _, each in list_operations(document) if each["operationId"] not in page.ids
    ] == []
    assert [
        each["summary"] for _, _, each in list_operations(document) if each["summary"].replace("`", "") not in page.text
    ] == []


def test_the_page_needs_no_other_host_and_no_javascript(app, reply, page):
    policy = reply.headers["Content-Security-Policy"]

    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert policy == (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert [asset.partition("?v=")[0] for asset in page.assets] == ["/static/docs.css"]
    assert {"script", "style", "iframe", "img", "form"} & set(page.tags) == set()
    style = app.test_client().get("/static/docs.css").get_data(as_text=True)
    assert [word for word in ("@import", "url(", "http") if word in style] == []


def test_every_link_within_the_page_has_a_target(app, page):
    elsewhere = [link for link in page.links if not link.startswith("#")]

    assert elsewhere == ["/docs/openapi.json"]
    assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []
    assert len(page.ids) == len(set(page.ids))


def test_headings_never_skip_a_level(page):
    assert page.headings[0] == 1
    assert [pair for pair in zip(page.headings, page.headings[1:]) if pair[1] > pair[0] + 1] == []


def test_examples_use_the_address_of_the_server(app):
    page = app.test_client().get("/docs", base_url="https://conf.example").get_data(as_text=True)

    assert "https://conf.example/v2.1/events/3" in page
    assert "api.example.org" not in page


def test_an_unusual_host_is_escaped(app):
    reply = app.test_client().get("/docs", headers={"Host": 'x"><script>'})

    assert b"<script>" not in reply.data
    assert "<script>" not in reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/docs", "/docs/openapi.json"])
def test_a_current_copy_is_not_sent_again(app, path):
    first = app.test_client().get(path)

    again = app.test_client().get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert first.headers["Cache-Control"] == "no-cache"


def test_programs_of_other_hosts_may_read_the_document(app):
    reply = app.test_client().get("/docs/openapi.json")

    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


def test_the_document_is_made_once(app):
    made = app.extensions["documentation"]

    assert made.document is made.document
    assert made.json is made.json
