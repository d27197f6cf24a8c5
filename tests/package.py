"""Build the wheel, install it into an empty environment, and use it outside the checkout.

Run by ``make package``; not a test module, because it installs things.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from pathlib import Path

from tests.services import free_port

CHECKOUT = Path(__file__).parent.parent


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
            "--wheel-dir", folder, CHECKOUT)  # fmt: skip
        (wheel,) = folder.glob("*.whl")
        venv.create(folder / "env", with_pip=True)
        python = folder / "env" / "bin" / "python"
        lock = CHECKOUT / "requirements.lock"
        run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", lock)
        run(python, "-m", "pip", "install", "--quiet", "--no-deps", wheel)
        serve(folder, folder / "env" / "bin" / "joindin")
    print("the wheel sets up and serves outside the checkout")


def serve(folder, joindin):
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JOINDIN_")}
    subprocess.run([joindin, "setup"], cwd=elsewhere, env=environment, check=True)
    port = free_port()
    server = subprocess.Popen([joindin, "serve", "--port", str(port), "--workers", "1"], cwd=elsewhere, env=environment)
    try:
        for path in ("/", "/v2.1/events?filter=hot", "/docs", "/docs/openapi.json"):
            fetch(f"http://127.0.0.1:{port}{path}")
    finally:
        server.terminate()
        server.wait(timeout=20)


def fetch(url, timeout_s=20):
    """Return the body of a page, once the server accepts connections."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                return reply.read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def run(*command):
    subprocess.run([str(part) for part in command], check=True)


if __name__ == "__main__":
    main()
