"""Files at fixed paths of a site."""

import io
from urllib.robotparser import RobotFileParser

import pytest
from PIL import Image


def test_crawlers_may_read_pages_but_no_api_and_no_account_page(api):
    reply = api.get("/robots.txt")
    rules = RobotFileParser()
    rules.parse(reply.text.splitlines())

    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert reply.headers["Cache-Control"] == "public, max-age=86400"
    paths = (
        "/event/conf",
        "/talk/3f9a1",
        "/user/ada",
        "/docs",
        "/accounts/login/",
        "/desk/",
        "/v2.1/events",
        "/api/client",
    )
    assert [path for path in paths if rules.can_fetch("*", path)] == [
        "/event/conf",
        "/talk/3f9a1",
        "/user/ada",
        "/docs",
    ]


def test_addresses_with_parameters_are_not_crawled_but_versions_of_files_are(api):
    lines = api.get("/robots.txt").text.splitlines()

    assert lines[:3] == ["User-agent: *", "Disallow: /*?", "Allow: /*?v="]


@pytest.mark.parametrize("path", ["/favicon.ico", "/Favicon.ico"])
def test_the_icon_is_sent_in_three_sizes_and_revalidated(api, path):
    reply = api.get(path)
    again = api.get(path, headers={"If-None-Match": reply.headers["ETag"]})
    head = api.request("HEAD", path)

    icon = Image.open(io.BytesIO(reply.data))
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "image/x-icon")
    assert (icon.format, icon.info["sizes"]) == ("ICO", {(16, 16), (32, 32), (48, 48)})
    assert reply.headers["Cache-Control"] == "public, max-age=86400"
    assert (again.status_code, again.data) == (304, b"")
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(reply.data)))


@pytest.mark.parametrize("path", ["/robots.txt", "/favicon.ico"])
def test_files_are_only_read(api, path):
    statuses = {method: api.request(method, path).status_code for method in ("POST", "PUT", "PATCH", "DELETE")}
    below = api.get(f"{path}/x")

    assert set(statuses.values()) == {405}
    assert below.status_code == 404
