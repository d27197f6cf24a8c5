"""A server with the API of Amazon S3 for tests: moto on a thread of this process, on a free port."""

import secrets
import urllib.request
from contextlib import contextmanager
from threading import Thread

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

# Runs a test with a local folder and with a bucket as its fixture ``image_storage``.
on_each_storage = pytest.mark.parametrize("image_storage", ["folder", "bucket"], indirect=True)

ACCESS_KEY_ID = "AKIATESTSTESTSTESTST"
SECRET_ACCESS_KEY = "a secret access key of the tests"


class QuietHandler(WSGIRequestHandler):
    def log(self, *_):
        """Requests are not logged."""


class ObjectStorageServer:
    """``endpoint`` is its address, ``environment`` the variables that lead clients to it."""

    def __init__(self):
        # Loading moto takes seconds, and few tests need it.
        from moto.server import DomainDispatcherApplication, create_backend_app

        app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self.environment = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_REGION": "us-east-1",
        }

    def create_bucket(self) -> str:
        """Create an empty bucket and return the URL of a folder in it."""
        name = f"media-{secrets.token_hex(8)}"
        self._request("PUT", f"/{name}")
        return f"s3://{name}/images"

    @contextmanager
    def refused_keys(self):
        """Refuse every access key meanwhile."""
        self._request("POST", "/moto-api/reset-auth", b"0")
        try:
            yield
        finally:
            self._request("POST", "/moto-api/reset-auth", b"inf")

    def stop(self) -> None:
        """Refuse connections from now on."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _request(self, method, path, body=b""):
        headers = {"Content-Type": "text/plain"}
        request = urllib.request.Request(f"{self.endpoint}{path}", method=method, data=body, headers=headers)
        with urllib.request.urlopen(request):
            pass
