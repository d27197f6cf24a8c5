"""Images that the server fetches (Gancio contract, sections 6.3 and 23)."""

import pytest

from joindin.errors import InvalidInput
from joindin.operations.agenda.image_fetch import MSG_FETCH_FAILED, fetch_image
from tests.utils.remote_servers import Site, build_response, redirect_to


def test_image_is_fetched_over_redirects():
    with Site({"/": redirect_to("/a.png"), "/a.png": build_response(b"\x89PNG", "image/png")}) as site:
        assert fetch_image(f"{site.url}/", allow_private=True) == b"\x89PNG"


def test_status_of_the_other_server_is_told_as_gancio_does():
    with Site({}) as site, pytest.raises(InvalidInput) as refusal:
        fetch_image(f"{site.url}/none.png", allow_private=True)

    assert str(refusal.value) == "Error: Request failed with status code 404"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{port}/", "http://no-such-host.invalid/", "http://127.0.0.1:1/", "file:///etc/passwd", "x"],
)
def test_other_reasons_are_not_told(url):
    with Site({"/": build_response(b"secret")}) as site, pytest.raises(InvalidInput) as refusal:
        fetch_image(url.format(port=site.url.rpartition(":")[2]))

    assert str(refusal.value) == MSG_FETCH_FAILED
    assert site.requested == []


def test_large_image_is_refused():
    with Site({"/": build_response(b"x" * 101)}) as site, pytest.raises(InvalidInput, match=MSG_FETCH_FAILED):
        fetch_image(f"{site.url}/", max_bytes=100, allow_private=True)
