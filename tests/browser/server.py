"""``joindin serve`` as people run it, on the database of the tests."""

import email
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from email.policy import default
from pathlib import Path

from tests.services import free_port

PATIENCE = 90


class Server:
    """Answers at ``url``; its mails are files, which ``wait_for_mail`` reads.

    ``cwd`` is the folder from which Python imports the package; by default that of the tests.
    """

    def __init__(self, database_url, instance, cwd=None):
        self._cwd = cwd
        self.port = free_port()
        # A name and not a number: passkeys are bound to one.
        self.url = f"http://localhost:{self.port}"
        self.instance = Path(instance)
        self._log = self.instance / "server.log"
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("JOINDIN_")}
        self._environment |= {
            "JOINDIN_INSTANCE": str(instance),
            "JOINDIN_DATABASE_URL": database_url,
            "JOINDIN_SECRET_KEY": "used in tests only",
            "JOINDIN_WEBSITE_URL": self.url,
            # The next test reuses ids, which never happens in production.
            "JOINDIN_FRAGMENT_CACHE_BYTES": "0",
            "JOINDIN_ANSWER_CACHE_BYTES": "0",
        }

    def set(self, settings):
        """Start with these as well."""
        self._environment |= {f"JOINDIN_{name}": "yes" if value is True else value for name, value in settings.items()}

    def __enter__(self):
        self.instance.mkdir(parents=True, exist_ok=True)
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "joindin", "serve", "--port", str(self.port), "--workers", "1"],
                cwd=self._cwd,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        _wait_until(self._answers)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(PATIENCE)

    @property
    def log(self) -> str:
        return self._log.read_text()

    def wait_for_mail(self, recipient: str, subject: str = ""):
        """The newest mail to ``recipient`` with ``subject`` in its subject."""
        return _wait_until(lambda: self._newest_mail(recipient, subject))

    def link_in_mail(self, recipient: str, subject: str = "") -> str:
        """The first address of this server in that mail."""
        text = self.wait_for_mail(recipient, subject).get_body(("plain",)).get_content()
        return re.search(rf"{re.escape(self.url)}[^\s>)\]]*", text)[0]

    def delete_mails(self):
        for path in self._mails():
            path.unlink()

    def _mails(self):
        return sorted((self.instance / "mail").glob("*.eml"))

    def _newest_mail(self, recipient, subject):
        letters = [email.message_from_bytes(path.read_bytes(), policy=default) for path in self._mails()]
        those = [letter for letter in letters if recipient in letter["To"] and subject in letter["Subject"]]
        return those[-1] if those else None

    def _answers(self):
        assert self._process.poll() is None, f"the server did not start:\n{self.log}"
        try:
            with urllib.request.urlopen(f"{self.url}/docs/openapi.json", timeout=PATIENCE):
                return True
        except (urllib.error.URLError, ConnectionError):
            return False


def _wait_until(done):
    deadline = time.monotonic() + PATIENCE
    while not (result := done()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    return result
