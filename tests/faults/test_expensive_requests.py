"""Requests that cost much processor time, images and passwords: visitors do not notice them, and the memory stays bounded."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from tests.api_client import issue_token
from tests.faults import IS_LONG
from tests.faults.clients import Visitors, status_of
from tests.utils.images.image_files import encode
from tests.utils.images.test_animations import many_frames
from tests.utils.images.test_bombs import repeat_scans

pytestmark = [
    pytest.mark.runs_once("images and hashes do not depend on the database"),
    pytest.mark.slow("attacks a server for some seconds"),
]

ATTACKERS = 8
REQUESTS = 90 if IS_LONG else 24
# Other tests run beside the short form.
MAX_P99_S = 0.1 if IS_LONG else 20
MAX_GROWTH_BYTES = 200_000_000
VISITS = [("GET", "/v2.1/events"), ("GET", "/v2.1/languages")]


def multipart(content):
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'.encode()
    return head + content + f"\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def attack(port, requests):
    """Send requests, each a path with body and headers, from several clients at a time. Return the set of statuses."""
    with ThreadPoolExecutor(ATTACKERS) as pool:
        return set(pool.map(lambda request: status_of(port, "POST", *request), requests))


@pytest.fixture
def memory_of(workers):
    """Returns the resident bytes of the largest worker."""
    return lambda: max(worker.memory_info().rss for worker in workers)


def noise_png():
    noise = Image.merge("RGB", [Image.effect_noise((1440, 1440), 100) for _ in range(3)])
    return encode(noise, "PNG", compress_level=1)


@pytest.mark.parametrize(
    ("make", "statuses"),
    [
        (lambda: repeat_scans(5_000), {400, 503}),
        (lambda: repeat_scans(90), {201, 503}),
        (lambda: many_frames(100_000), {400, 503}),
        (noise_png, {201, 503}),
    ],
    ids=["too many scans", "many scans", "many frames", "noise"],
)
def test_visitors_do_not_notice_images(session, server, memory_of, host, event, make, statuses):
    body, content_type = multipart(make())
    headers = {"Content-Type": content_type, "Authorization": f"Bearer {issue_token(session, host)}"}
    before = memory_of()

    with Visitors(server.port, VISITS) as visitors:
        seen = attack(server.port, [(f"/v2.1/events/{event.id}/images", body, headers)] * REQUESTS)

    assert seen <= statuses
    assert set(visitors.statuses) == {200}
    assert visitors.percentile_s(0.99) < MAX_P99_S
    assert memory_of() - before < MAX_GROWTH_BYTES


@pytest.mark.parametrize(
    ("path", "fields", "statuses"),
    [
        ("/v2.1/users/passwords", {"token": "0b5f2a9c77e14d38", "password": "correct horse"}, {400, 429}),
        ("/oauth/login", {"username": "{number}", "password": "correct horse"}, {403, 429, 503}),
        ("/api/login/token", {"email": "{number}@example.org", "password": "correct horse"}, {401, 403, 429, 503}),
    ],
)
def test_visitors_do_not_notice_guesses(session, server, memory_of, path, fields, statuses):
    bodies = [
        json.dumps({name: value.format(number=number) for name, value in fields.items()}).encode()
        for number in range(REQUESTS)
    ]
    before = memory_of()

    with Visitors(server.port, VISITS) as visitors:
        seen = attack(server.port, [(path, body) for body in bodies])

    assert seen <= statuses
    assert set(visitors.statuses) == {200}
    assert visitors.percentile_s(0.99) < MAX_P99_S
    assert memory_of() - before < MAX_GROWTH_BYTES
