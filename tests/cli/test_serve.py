"""``joindin serve``: real servers on a free port."""

import json
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.runs_once("processes and ports do not depend on the database")

TIMEOUT_S = 60


@pytest.fixture
def serve(ready_instance, free_port):
    """Starts a server and waits until it answers; what still runs at the end is stopped."""
    started = []

    def serving(*options, instance=ready_instance):
        process = instance.start("serve", "--port", free_port, "--workers", "1", *options)
        started.append(process)
        _wait_until(lambda: _answers(free_port) or process.poll() is not None)
        return process

    yield serving
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=TIMEOUT_S)


def test_serve_answers_and_stops_when_told(serve, free_port):
    server = serve("--no-jobs")
    landing = _get(free_port, "/")
    server.send_signal(signal.SIGTERM)
    out, err = server.communicate(timeout=TIMEOUT_S)

    assert (landing["events"], server.returncode, err) == (f"http://127.0.0.1:{free_port}/v2.1/events", 0, "")
    assert out.splitlines() == [
        f"joindin listens on http://localhost:{free_port}/",
        f"API documentation: http://localhost:{free_port}/docs",
        "",
        "Mode: development. Stop with Ctrl-C.",
        "Stopped.",
    ]


def test_serve_starts_again_at_once_on_the_same_port(serve, free_port):
    first = serve("--no-jobs")
    _get(free_port, "/")
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=TIMEOUT_S)

    serve("--no-jobs")
    landing = _get(free_port, "/")

    assert (first.returncode, landing["events"]) == (0, f"http://127.0.0.1:{free_port}/v2.1/events")


def test_serve_speaks_http_1_0(serve, free_port):
    serve("--no-jobs")

    with socket.create_connection(("127.0.0.1", int(free_port)), timeout=TIMEOUT_S) as connection:
        connection.sendall(b"GET /v2.1/events HTTP/1.0\r\n\r\n")
        reply = b"".join(iter(lambda: connection.recv(65536), b""))

    head, _, body = reply.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"HTTP/1.0 200 OK"
    assert json.loads(body)["events"] == []


@pytest.mark.slow("loads demo data and starts a server")
def test_serve_prints_the_demo_accounts(ready_copy, serve, free_port):
    assert ready_copy.run("demo").returncode == 0

    server = serve("--no-jobs", instance=ready_copy)
    signed_in = _post(
        free_port,
        "/v2.1/token",
        {
            "grant_type": "password",
            "username": "ada",
            "password": "joindin-demo",
            "client_id": "demo",
            "client_secret": "demo-secret",
        },
    )
    hot = _get(free_port, "/v2.1/events?filter=hot")
    server.terminate()
    out, _ = server.communicate(timeout=TIMEOUT_S)

    assert signed_in["user_uri"] == f"http://127.0.0.1:{free_port}/v2.1/users/1"
    assert hot["events"][0]["name"] == "Harbour Code Days"
    assert "Demo accounts, all with the password joindin-demo:\n  ada      admin\n" in out


def test_jobs_run_along_are_started_again_and_stop_with_the_server(serve):
    server = serve()
    first = _wait_until(lambda: _jobs_of(server.pid))

    os.kill(first, signal.SIGKILL)
    second = _wait_until(lambda: _jobs_of(server.pid, other_than=first))
    server.terminate()
    _, err = server.communicate(timeout=TIMEOUT_S)

    assert (server.returncode, Path(f"/proc/{second}").exists()) == (0, False)
    assert "The job worker ended with exit code -9 and is restarted.\n" in err


def test_serve_refuses_a_database_that_was_not_set_up(instance, free_port):
    reply = instance.run_process("serve", "--port", free_port)

    assert (reply.returncode, reply.stdout, reply.stderr) == (
        1,
        "",
        "Error: The database has not been set up. Run `joindin setup` first\n",
    )
    assert not instance.folder.exists()


@pytest.mark.slow("loads the application twice")
def test_serve_goes_on_after_the_reader_of_its_output_has_gone(serve, free_port):
    server = serve("--no-jobs")
    server.stdout.close()
    server.stderr.close()
    former = psutil.Process(server.pid).children()
    server.send_signal(signal.SIGUSR2)
    _wait_until(lambda: (current := psutil.Process(server.pid).children()) and not set(current) & set(former))
    assert _answers(free_port)
    server.terminate()

    assert server.wait(TIMEOUT_S) == 0


def test_serve_refuses_to_start_without_a_secret(ready_copy, free_port):
    file = ready_copy.folder / "secret-key"
    file.unlink()

    reply = ready_copy.run_process("serve", "--port", free_port)

    assert (reply.returncode, reply.stdout) == (1, "")
    assert reply.stderr == f"Error: The secret {file} is missing. Run `joindin setup`, or set JOINDIN_SECRET_KEY\n"


def test_serve_refuses_a_port_that_is_taken(ready_instance, free_port):
    with socket.create_server(("127.0.0.1", int(free_port))):
        reply = ready_instance.run("serve", "--port", free_port)

    assert (reply.returncode, reply.stdout, reply.stderr) == (
        1,
        "",
        f"Error: Cannot listen on 127.0.0.1, port {free_port}: Address already in use\n",
    )


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--port", "70000"], "Invalid value for '--port': 70000 is not in the range 1<=x<=65535."),
        (["--workers", "0"], "Invalid value for '--workers': 0 is not in the range 1<=x<=256."),
        (["--host", "256.0.0.1."], "Invalid value for --host: Unknown host '256.0.0.1.'"),
    ],
)
def test_serve_refuses_options_that_make_no_sense(run, options, complaint):
    reply = run("serve", *options)

    assert (reply.exit_code, reply.stderr.splitlines()[-1]) == (2, f"Error: {complaint}")


def _get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=TIMEOUT_S) as reply:
        return json.load(reply)


def _post(port, path, body):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:
        return json.load(reply)


def _answers(port):
    try:
        return bool(_get(port, "/"))
    except (urllib.error.URLError, ConnectionError):
        return False


def _jobs_of(pid, other_than=None):
    """The process of the jobs below ``pid``, once there is one."""
    for process in psutil.Process(pid).children(recursive=True):
        try:
            if process.pid != other_than and {"jobs", "run"} <= set(process.cmdline()):
                return process.pid
        except psutil.NoSuchProcess:
            continue
    return None


def _wait_until(done):
    deadline = time.monotonic() + TIMEOUT_S
    while not (result := done()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    return result
