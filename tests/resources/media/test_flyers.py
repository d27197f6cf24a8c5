"""Flyers and pictures of the site, as files (Gancio contract, sections 8, 14 and 23)."""

import io

import feedparser
import pytest
from PIL import Image
from sqlalchemy import select

from joindin.models import AuditEntry
from joindin.operations.agenda.flyers import FlyerStore, set_event_flyer
from joindin.operations.images import set_event_image
from joindin.utils.images.flyers import process_flyer
from joindin.utils.images.processing import process_event_image
from tests.factories import make_user
from tests.object_storage import on_each_storage
from tests.utils.images.image_files import encode, make_image


@pytest.fixture(autouse=True)
def media(image_storage):
    """The storage of this test."""
    return image_storage


@pytest.fixture
def flyer(session, event, media):
    """The file name of the event's flyer."""
    with FlyerStore(media) as files:
        set_event_flyer(session, event, process_flyer(encode(make_image(size=(1600, 900)))), files=files, file=NAME)
        session.commit()
    return NAME


NAME = "0123456789abcdef" * 2 + ".jpg"


def size_of(reply):
    image = Image.open(io.BytesIO(reply.data))
    return image.format, image.size


@on_each_storage
def test_flyer_and_thumbnail_are_cached_for_a_year(api, flyer):
    replies = [api.get(f"/media/{folder}{flyer}") for folder in ("", "thumb/")]

    assert [(reply.status_code, reply.headers["Content-Type"]) for reply in replies] == [(200, "image/jpeg")] * 2
    assert [reply.headers["Cache-Control"] for reply in replies] == ["public, max-age=31536000, immutable"] * 2
    assert [size_of(reply) for reply in replies] == [("JPEG", (1200, 675)), ("JPEG", (500, 281))]


@on_each_storage
def test_flyer_is_downloaded_as_an_attachment(api, flyer):
    reply = api.get(f"/download/{flyer}")

    assert (reply.status_code, size_of(reply)) == (200, ("JPEG", (1200, 675)))
    assert reply.headers["Content-Disposition"] == f"attachment; filename={NAME}"


@on_each_storage
def test_square_image_of_joindin_is_served_as_a_flyer(api, session, event, media):
    with FlyerStore(media) as files:
        set_event_image(session, event.id, process_event_image(encode(make_image(), "GIF")), files)
        session.commit()

    for folder in ("media", "media/thumb", "download"):
        reply = api.get(f"/{folder}/icon-{event.id}-orig.gif")
        assert (reply.status_code, size_of(reply)) == (200, ("GIF", (200, 200)))
    (entry,) = feedparser.parse(api.get("/feed/rss").data).entries
    assert (entry.enclosures[0].type, entry.enclosures[0].href.rpartition("/")[2]) == (
        "image/gif",
        f"icon-{event.id}-orig.gif",
    )
    assert "FMTTYPE=image/gif:" in api.get("/events.ics").text.replace("\r\n ", "")


@on_each_storage
@pytest.mark.parametrize(
    "file",
    [
        "0" * 32 + ".jpg",
        "x",
        "x.svg",
        "..%2f..%2fconfig.py",
        "a/b.jpg",
        "%00.jpg",
        "thumb",
        "é.jpg",
        "a" * 300 + ".jpg",
    ],
)
def test_missing_file_leads_to_the_fallback_image(api, file):
    replies = [api.get(f"/{folder}/{file}") for folder in ("media", "media/thumb")]

    assert [(reply.status_code, reply.headers["Location"]) for reply in replies] == [(302, "/fallbackimage.png")] * 2
    assert (api.get(f"/download/{file}").status_code, api.get(f"/download/{file}").text) == (404, "Not Found")


PICTURES = [("logo", "logo", 400), ("fallbackImage", "fallbackimage", 600), ("headerImage", "headerimage", 600)]


@pytest.mark.parametrize("name", ["logo", "fallbackimage", "headerimage"])
def test_site_has_pictures_of_its_own(api, name):
    reply = api.get(f"/{name}.png")

    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "image/png")
    assert reply.headers["Cache-Control"] == "public, max-age=600"
    assert size_of(reply)[0] == "PNG"


@pytest.fixture
def admin(api, session):
    return api.signed_in(make_user(session, is_admin=True))


def upload(caller, field, content):
    data = {field: (io.BytesIO(content), "picture.png")} if content is not None else {"x": "y"}
    return caller.post(f"/api/settings/{field}", data=data, content_type="multipart/form-data")


@on_each_storage
@pytest.mark.parametrize(("field", "name", "width"), PICTURES)
def test_admin_replaces_a_picture_and_restores_the_default(api, session, admin, field, name, width):
    key = {"logo": "logo", "fallbackimage": "fallback_image", "headerimage": "header_image"}[name]
    default = api.get(f"/{name}.png").data

    reply = upload(admin, field, encode(make_image(size=(800, 400)), "JPEG"))
    shown = api.get(f"/{name}.png")
    setting = admin.get("/api/settings").json[key]
    reset = upload(admin, field, None)

    assert [(each.status_code, each.text) for each in (reply, reset)] == [(200, "OK")] * 2
    assert size_of(shown) == ("PNG", (width, width // 2))
    assert (setting, admin.get("/api/settings").json[key]) == (f"/{name}.png", None)
    assert [entry.action for entry in session.scalars(select(AuditEntry))] == ["site.set"] * 2
    assert shown.headers["ETag"] != api.get(f"/{name}.png").headers["ETag"]
    assert api.get(f"/{name}.png").data == default


def test_picture_keeps_its_transparency(api, admin):
    upload(admin, "logo", encode(Image.new("RGBA", (100, 50), (0, 0, 0, 0))))

    image = Image.open(io.BytesIO(api.get("/logo.png").data))
    assert (image.size, image.convert("RGBA").getpixel((5, 5))[3]) == ((400, 200), 0)


@pytest.mark.parametrize("content", [b"text", b"", encode(make_image(), "BMP"), b"\0" * 8_400_000])
@pytest.mark.parametrize("field", [field for field, _, _ in PICTURES])
def test_picture_that_is_none_is_refused(api, admin, media, field, content):
    reply = upload(admin, field, content)

    assert (reply.status_code, reply.headers["Content-Type"]) == (400, "application/json; charset=utf-8")
    assert reply.json.startswith("Error: ")
    assert list(media.list()) == []


@pytest.mark.parametrize("field", [field for field, _, _ in PICTURES])
def test_others_upload_no_picture(api, session, host, media, field):
    for caller in (api, api.signed_in(host)):
        reply = upload(caller, field, encode(make_image()))
        assert (reply.status_code, reply.text) == (403, "Forbidden")

    assert list(media.list()) == []
