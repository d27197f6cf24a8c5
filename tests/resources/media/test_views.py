"""Image files, on the paths of the original's web site (spec 4.10)."""

import pytest

from tests.http_assertions import stable_headers


@pytest.fixture(autouse=True)
def icons(app, tmp_path, monkeypatch):
    """The folder of the images with one in it, and a secret beside the folder."""
    monkeypatch.setitem(app.config, "MEDIA_DIR", str(tmp_path))
    folder = tmp_path / "event_icons"
    folder.mkdir()
    (folder / "icon-3-orig.png").write_bytes(b"pixels")
    (tmp_path / "secret.png").write_bytes(b"secret")
    return folder


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
def test_an_image_is_sent_with_the_type_of_its_extension_and_cached_permanently(api, icons, ending, kind):
    (icons / f"a.{ending}").write_bytes(b"pixels")

    reply = api.get(f"/inc/img/event_icons/a.{ending}")

    assert (reply.status_code, reply.data) == (200, b"pixels")
    headers = ("Content-Type", "Content-Length", "Cache-Control", "X-Content-Type-Options")
    assert [reply.headers[name] for name in headers] == [
        *(kind, "6", "public, max-age=31536000, immutable", "nosniff"),
    ]


def test_a_current_copy_of_an_image_is_not_sent_again(api):
    first = api.get("/inc/img/event_icons/icon-3-orig.png")

    again = api.get("/inc/img/event_icons/icon-3-orig.png", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["ETag"].startswith('"')
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert again.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_head_returns_the_headers_of_an_image(api):
    get, head = (api.request(verb, "/inc/img/event_icons/icon-3-orig.png") for verb in ("GET", "HEAD"))

    assert (head.status_code, head.data, stable_headers(head.headers)) == (200, b"", stable_headers(get.headers))


@pytest.mark.parametrize(
    "name",
    [
        *("none.png", "../secret.png", "..%2fsecret.png", "%2e%2e/secret.png", "..\\secret.png", "a//etc/passwd.png"),
        *("a/b.png", "./icon-3-orig.png", "icon-3-orig.png/", "icon-3-orig.png%00.png", "%00.png", "n" * 1500 + ".png"),
        *("icon-3-orig", ".png", "folder.png", "page.html", "drawing.svg", "icon-3-orig.png.part"),
    ],
)
def test_nothing_else_is_sent(api, icons, name):
    (icons / "folder.png").mkdir()
    for other in ("page.html", "drawing.svg", "icon-3-orig.png.part"):
        (icons / other).write_bytes(b"secret")

    reply = api.get(f"/inc/img/event_icons/{name}")

    assert (reply.status_code, reply.data) == (404, b"There is no such image\n")
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_the_authorization_header_is_ignored(api):
    reply = api.get("/inc/img/event_icons/icon-3-orig.png", headers={"Authorization": "Basic abc"})

    assert (reply.status_code, reply.data) == (200, b"pixels")
