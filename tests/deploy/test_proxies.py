"""nginx and Caddy with the files of ``docs/deploy``, in front of a server on a Unix socket."""

import grp
import gzip
import json
import os
import pwd
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from joindin.http.route_limits.kinds import GANCIO_FORM
from tests.deploy.proxy_client import HOST, Connection, Proxy, send
from tests.factories import make_event
from tests.services import TIMEOUT_S, free_port, skip_or_fail, wait_for_port
from tests.subprocess_cli import command_environment

pytestmark = pytest.mark.runs_once("proxies do not depend on the database")

FOLDER = Path(__file__).parents[2] / "docs" / "deploy"

# A path whose limit for all visitors of one address is small.
LIMITED, VISITOR_REQUESTS = "/api/event", GANCIO_FORM.visitors

# Headers that a client may not choose.
FORGED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-For": "192.0.2.1",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "host=evil.example",
}
# WSGI does not tell these names from those with hyphens.
FORGED_WITH_UNDERSCORES = [
    {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "http", "X_Forwarded_For": "192.0.2.1"},
    {"X-Forwarded_Host": "evil.example", "X-Forwarded_Proto": "http", "X-Forwarded_For": "192.0.2.1"},
]


@pytest.fixture(scope="module")
def folder():
    # The path of a Unix socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="joindin-") as path:
        yield Path(path)


@pytest.fixture(scope="module")
def certificate(folder):
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    files = ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def log(folder):
    """The file of the server's request log."""
    return folder / "requests.log"


@pytest.fixture(scope="module")
def unix_socket(app, settings, folder, log):
    """The path of the socket of a running server."""
    path = folder / "joindin.sock"
    proxied = {"TRUSTED_PROXIES": 1, "WEBSITE_URL": f"https://{HOST}", "SECRET_KEY": settings["SECRET_KEY"]}
    command = [sys.executable, "-m", "joindin", "serve", "--unix-socket", path, "--workers", "1", "--no-jobs"]
    environment = command_environment(settings, **proxied, LOG_FORMAT="json")
    with log.open("w") as output, running(command, environment, output) as server:
        wait_until_it_serves(server, path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        yield path
    assert not path.exists()


def wait_until_it_serves(server, unix_socket):
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(TIMEOUT_S)
            if probe.connect_ex(str(unix_socket)) == 0:
                return
        assert server.poll() is None, "the server has ended"
        assert time.monotonic() < deadline, "the server does not answer on its Unix socket"
        time.sleep(0.05)


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request, certificate, unix_socket):
    if shutil.which(request.param, path=f"{os.environ['PATH']}:/usr/sbin") is None:
        skip_or_fail(f"{request.param} is not installed")
    port = free_port()
    start = {"nginx": start_nginx, "caddy": start_caddy}[request.param]
    with start(certificate, unix_socket, port):
        wait_for_port(port)
        yield Proxy(port, certificate / "fullchain.pem")


@contextmanager
def running(command, env=None, output=subprocess.DEVNULL):
    process = subprocess.Popen([*map(str, command)], env=env, stdout=output)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(TIMEOUT_S)


def start_nginx(folder, unix_socket, port):
    text = (FOLDER / "nginx.conf").read_text()
    for former, new in {
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        "/run/joindin/joindin.sock": str(unix_socket),
        f"/etc/letsencrypt/live/{HOST}": str(folder),
    }.items():
        assert former in text
        text = text.replace(former, new)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Started by root, nginx would run its workers as another user, who may not open the folder of the test.
    user = f"user {pwd.getpwuid(os.getuid()).pw_name} {grp.getgrgid(os.getgid()).gr_name};" if os.getuid() == 0 else ""
    main = f"{user} daemon off; pid {folder}/nginx.pid; error_log stderr error; events {{}}"
    (folder / "nginx.conf").write_text(f"{main} http {{ access_log off; {temporary}\n{text}\n}}")
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    return running([nginx, "-e", "stderr", "-p", folder, "-c", folder / "nginx.conf"])


def start_caddy(folder, unix_socket, port):
    text = (FOLDER / "Caddyfile").read_text()
    site = f"https://{HOST}:{port} {{\n\tbind 127.0.0.1\n\ttls {folder}/fullchain.pem {folder}/privkey.pem\n"
    text = text.replace(f"{HOST} {{\n", site).replace("/run/joindin/joindin.sock", str(unix_socket))
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n\tlog {\n\t\tlevel ERROR\n\t}\n}\n" + text)
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = ["caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]
    return running(command, env=os.environ | home)


@pytest.mark.parametrize("forged", [FORGED, *FORGED_WITH_UNDERSCORES], ids=["hyphens", "underscores", "both"])
def test_links_have_the_public_address_whatever_the_client_sends(proxy, forged):
    status, _, body = send(proxy, "/", headers=forged)

    assert (status, json.loads(body)["events"]) == (200, f"https://{HOST}/v2.1/events")


def test_rate_limit_counts_the_address_of_the_connection(proxy):
    def suggest(source, number):
        address = f"192.0.2.{number}"
        forged = {"X-Forwarded-For": address, "X_Forwarded_For": address, "Forwarded": f"for={address}"}
        return send(proxy, LIMITED, "POST", b"{}", {"Content-Type": "application/json"} | forged, source)[0]

    replies = [suggest("127.0.0.2", number) for number in range(VISITOR_REQUESTS + 1)]

    assert [status == 429 for status in replies] == [False] * VISITOR_REQUESTS + [True]
    assert suggest("127.0.0.3", 0) != 429


@pytest.mark.parametrize(
    ("path", "accept", "content_type"),
    [("/v2.1/events", "application/json", "application/json"), ("/docs/", "text/html", "text/html")],
)
def test_responses_are_compressed(proxy, session, path, accept, content_type):
    for _ in range(3):
        make_event(session)
    session.commit()

    _, plain_headers, plain = send(proxy, path, headers={"Accept": accept})
    status, headers, body = send(proxy, path, headers={"Accept": accept, "Accept-Encoding": "gzip"})

    assert (status, headers["Content-Encoding"], headers.get_content_type()) == (200, "gzip", content_type)
    assert plain_headers["Content-Encoding"] is None
    assert "Accept-Encoding" in ", ".join(headers.get_all("Vary"))
    assert len(body) < len(plain) == len(gzip.decompress(body))


def test_bodies_reach_the_server_up_to_the_limit(proxy):
    json_type = {"Content-Type": "application/json"}
    accepted = send(proxy, "/v2.1/events", "POST", b" " * 100_000, json_type)[0]
    # The body is not sent: a client that still sends while the proxy closes the connection may miss the response.
    with closing(Connection(proxy)) as connection:
        connection.putrequest("POST", "/v2.1/events", skip_host=True)
        for name, value in {"Host": HOST, "Content-Length": "22000000", **json_type}.items():
            connection.putheader(name, value)
        connection.endheaders()
        refused = connection.getresponse().status

    assert (accepted, refused) == (401, 413)


def test_connection_serves_several_requests(proxy):
    with closing(Connection(proxy)) as connection:
        first = connection.send_request("GET", "/")[0]
        socket_of_first = connection.sock
        second = connection.send_request("GET", "/v2.1/languages")[0]

        assert (first, second) == (200, 200)
        assert connection.sock is socket_of_first is not None


def test_request_identifier_is_set_by_the_proxy(proxy, log):
    _, headers, _ = send(proxy, "/v2.1/languages", headers={"X-Request-Id": "chosen-by-the-client"})

    assert re.fullmatch(r"[0-9a-f-]{32,36}", headers["X-Request-Id"])
    deadline = time.monotonic() + TIMEOUT_S
    while headers["X-Request-Id"] not in log.read_text():
        assert time.monotonic() < deadline, "the line of the request is missing"
        time.sleep(0.05)


def test_metrics_and_reasons_are_not_for_clients(proxy):
    forged = {"X-Forwarded-For": "127.0.0.1"}

    assert send(proxy, "/metrics", headers=forged)[0] == 403
    assert send(proxy, "/readyz", headers=forged)[2] in (b"ready\n", b"not ready\n")
