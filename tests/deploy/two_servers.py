"""Two servers with one PostgreSQL database, one Redis queue and one folder of images, as on two machines behind a proxy."""

import asyncio
import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import requests

from joindin.jobs.queue import get_queue
from tests.browser_client import form_fields
from tests.faults.installation import Installation, installation
from tests.faults.mails import COMMENT_TEXT
from tests.faults.services import RedisServer
from tests.jobs.smtp_server import SmtpServer, plain_text_part
from tests.postgresql_cluster import require_postgresql, running_cluster
from tests.services import TIMEOUT_S

HOST = "conferences.example"

# Requests to an address after which its response comes from the cache.
PRIMING_REQUESTS = 3


class TwoServers:
    """``first`` and ``second`` have an instance folder each, and one worker: its caches see every request."""

    def __init__(self, first: Installation, second: Installation, mail_server: SmtpServer):
        self.first, self.second = first, second
        self.mail_server = mail_server

    def __iter__(self):
        return iter((self.first, self.second))

    def both_ways(self) -> list[tuple[Installation, Installation]]:
        """Return the pairs (where something is written, where it is read)."""
        return [(self.first, self.second), (self.second, self.first)]

    def count_comment_mails(self) -> Counter:
        """Count the mails that have arrived about each comment."""
        found = (COMMENT_TEXT.search(plain_text_part(message)) for message in self.mail_server.messages)
        return Counter(match[0] for match in found if match)

    def let_deliveries_meet(self) -> None:
        """Let the next two deliveries wait for each other. They are those of both job processes, which deliver one mail at a time."""
        barrier, numbers = asyncio.Barrier(2), count(1)

        async def meet():
            if next(numbers) <= 2:
                await barrier.wait()

        self.mail_server.meanwhile = meet

    def schedule_jobs(self) -> None:
        """Enqueue the jobs that the schedulers of both servers enqueue at these times of a day."""
        queue = get_queue(self.first.app)
        for hour, minute in ((4, 20), (5, 40), (6, 0)):
            for _ in self:
                for job in queue.read_periodic(dt.datetime(2027, 1, 1, hour, minute)):
                    queue.enqueue(job)

    def delivering(self) -> Installation | None:
        """Return the server whose job process talks to the mail server; None if neither does."""
        for server in self:
            connections = server.jobs().net_connections()
            if any(each.raddr and each.raddr.port == self.mail_server.port for each in connections):
                return server
        return None


class Client:
    """A client whose requests a proxy forwards to the one or the other server: they have the same host and cookies."""

    def __init__(self, token: str | None = None, address: str = "192.0.2.1"):
        self._session = requests.Session()
        self._session.headers.update({"Host": HOST, "X-Forwarded-For": address, "Accept-Language": "en"})
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    @property
    def cookies(self) -> dict[str, str]:
        return self._session.cookies.get_dict()

    def send(self, server: Installation, method: str, path: str, **options) -> requests.Response:
        url = f"http://127.0.0.1:{server.port}{path}"
        return self._session.request(method, url, allow_redirects=False, timeout=TIMEOUT_S, **options)

    def get(self, server: Installation, path: str, **options) -> requests.Response:
        return self.send(server, "GET", path, **options)

    def submit(self, page_server: Installation, server: Installation, page: str, path: str | None = None, **fields):
        """Open the form of a page at one server, and submit it to another one."""
        hidden = form_fields(self.get(page_server, page).text)["csrfmiddlewaretoken"]
        headers = {"Referer": f"http://{HOST}{page}"}
        return self.send(server, "POST", path or page, data={"csrfmiddlewaretoken": hidden, **fields}, headers=headers)


@contextmanager
def two_servers(folder: Path):
    """Yield two started servers with services of their own."""
    require_postgresql()
    with running_cluster() as cluster, RedisServer() as redis, SmtpServer() as mail_server:
        settings = {
            "workers": 1,
            "QUEUE_URL": redis.url,
            "MAIL_URL": mail_server.url,
            "MEDIA_DIR": folder / "media",
            "WEBSITE_URL": f"http://{HOST}",
        }
        with (
            installation(folder / "first", cluster.url(), folder / "first.log", **settings) as first,
            installation(folder / "second", cluster.url(), folder / "second.log", **settings) as second,
        ):
            # For the jobs that a test enqueues.
            first.app.config["QUEUE_URL"] = redis.url
            for server in (first, second):
                server.folder.mkdir(exist_ok=True)
                server.start()
            yield TwoServers(first, second, mail_server)


def check_next_responses(
    client: Client,
    here: Installation,
    there: Installation,
    texts: Mapping[str, list[str]],
    write: Callable[[Installation], Iterable[requests.Response]],
) -> None:
    """Check that a write at ``here`` changes the next responses of both servers.

    ``texts`` has the paths, each with a text of its response before and after the write.
    """
    for path, (before, _) in texts.items():
        for server in (here, there) * PRIMING_REQUESTS:
            assert before in _get_text(client, server, path), path
    assert [reply.ok for reply in write(here)] == [True, True]
    shown = {(path, server.port): _get_text(client, server, path) for path in texts for server in (there, here)}
    stale = [key for key, text in shown.items() if texts[key[0]][0] in text or texts[key[0]][1] not in text]
    assert stale == []


def _get_text(client, server, path):
    accepted = "text/html" if path == "/" else "*/*"
    return client.get(server, path, headers={"Accept": accepted}).text


def wait_until(is_true: Callable[[], object], problem: str) -> None:
    """Wait until ``is_true()`` is; fail with ``problem`` if it takes too long."""
    deadline = time.monotonic() + TIMEOUT_S
    while not is_true():
        assert time.monotonic() < deadline, problem
        time.sleep(0.05)
