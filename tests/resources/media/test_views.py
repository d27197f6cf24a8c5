"""Image files, on the paths of the original's web site (spec 4.10)."""

import pytest

from tests.http_assertions import stable_headers
from tests.object_storage import on_each_storage

PATH = "/inc/img/event_icons/icon-3-orig.png"


@pytest.fixture(autouse=True)
def media(image_storage):
    """The storage of the images with one in it, and a secret beside the folder."""
    image_storage.put("event_icons/icon-3-orig.png", b"pixels")
    image_storage.put("secret.png", b"secret")
    return image_storage


@on_each_storage
@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("JPG", "image/jpeg"),
        ("gif", "image/gif"),
        ("webp", "image/webp"),
    ],
)
def test_an_image_is_sent_with_the_type_of_its_extension_and_cached_permanently(api, media, ending, kind):
    media.put(f"event_icons/a.{ending}", b"pixels")

    reply = api.get(f"/inc/img/event_icons/a.{ending}")

    assert (reply.status_code, reply.data) == (200, b"pixels")
    headers = ("Content-Type", "Content-Length", "Cache-Control", "X-Content-Type-Options")
    assert [reply.headers[name] for name in headers] == [
        *(kind, "6", "public, max-age=31536000, immutable", "nosniff"),
    ]


@on_each_storage
def test_a_current_copy_of_an_image_is_not_sent_again(api):
    first = api.get(PATH)

    again = api.get(PATH, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["ETag"].startswith('"')
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert again.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@on_each_storage
def test_head_returns_the_headers_of_an_image(api):
    get, head = (api.request(verb, PATH) for verb in ("GET", "HEAD"))

    assert (head.status_code, head.data, stable_headers(head.headers)) == (200, b"", stable_headers(get.headers))


@on_each_storage
def test_a_part_of_an_image_is_sent(api):
    first = api.get(PATH)

    tag, time = first.headers["ETag"], first.headers["Last-Modified"]
    ranges = [
        api.get(PATH, headers={"Range": "bytes=2-3"}),
        api.get(PATH, headers={"Range": "bytes=-2", "If-Range": tag}),
        api.get(PATH, headers={"Range": "bytes=4-", "If-None-Match": '"other"'}),
    ]
    whole = api.get(PATH, headers={"Range": "bytes=2-3", "If-Range": '"other"'})
    beyond = api.get(PATH, headers={"Range": "bytes=6-"})
    unmodified = api.get(PATH, headers={"If-Modified-Since": time})

    assert [(reply.status_code, reply.data) for reply in ranges] == [(206, b"xe"), (206, b"ls"), (206, b"ls")]
    assert [reply.headers["Content-Range"] for reply in ranges] == [f"bytes {part}/6" for part in ("2-3", "4-5", "4-5")]
    assert {reply.headers["Cache-Control"] for reply in ranges} == {"public, max-age=31536000, immutable"}
    assert (first.headers["Accept-Ranges"], whole.status_code, whole.data) == ("bytes", 200, b"pixels")
    assert (beyond.status_code, unmodified.status_code, unmodified.data) == (416, 304, b"")


@on_each_storage
@pytest.mark.parametrize(
    "name",
    [
        *("none.png", "../secret.png", "..%2fsecret.png", "%2e%2e/secret.png", "..\\secret.png", "a//etc/passwd.png"),
        *("a/b.png", "./icon-3-orig.png", "icon-3-orig.png/", "icon-3-orig.png%00.png", "%00.png", "n" * 1500 + ".png"),
        *("icon-3-orig", ".png", "folder.png", "page.html", "drawing.svg", "icon-3-orig.png.part"),
    ],
)
def test_nothing_else_is_sent(api, media, name):
    for other in ("folder.png/x", "page.html", "drawing.svg", "icon-3-orig.png.part"):
        media.put(f"event_icons/{other}", b"secret")

    reply = api.get(f"/inc/img/event_icons/{name}")

    assert (reply.status_code, reply.data) == (404, b"There is no such image\n")
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_the_authorization_header_is_ignored(api):
    reply = api.get(PATH, headers={"Authorization": "Basic abc"})

    assert (reply.status_code, reply.data) == (200, b"pixels")
