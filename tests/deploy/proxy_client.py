"""Requests over TLS to a proxy on this machine."""

import http.client
import ssl
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from tests.services import TIMEOUT_S

HOST = "conferences.example.org"


class Proxy(NamedTuple):
    port: int
    certificate: Path


class Connection(http.client.HTTPSConnection):
    """A connection to a proxy on this machine, which trusts its certificate alone, from an address of the loopback network."""

    def __init__(self, proxy, source="127.0.0.1"):
        self._trusting = ssl.create_default_context(cafile=proxy.certificate)
        super().__init__("127.0.0.1", proxy.port, timeout=TIMEOUT_S, source_address=(source, 0))

    def connect(self):
        http.client.HTTPConnection.connect(self)
        self.sock = self._trusting.wrap_socket(self.sock, server_hostname=HOST)

    def send_request(self, method, path, body=None, headers=None):
        """Return status, headers and body of the response."""
        self.request(method, path, body, {"Host": HOST} | (headers or {}))
        reply = self.getresponse()
        return reply.status, reply.headers, reply.read()


def send(proxy, path, method="GET", body=None, headers=None, source="127.0.0.1"):
    with closing(Connection(proxy, source)) as connection:
        return connection.send_request(method, path, body, headers)
