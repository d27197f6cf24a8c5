"""A real SMTP server, and functions that read the mails it received."""

import email
from email.policy import default
from html.parser import HTMLParser

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.services import free_port


class SmtpServer:
    """Keeps what it is sent: ``letters`` as messages, ``envelopes`` as (sender, recipients).

    ``answers`` and ``recipient_answers`` hold what it says to the next messages and recipients;
    when they are used up, it accepts. ``heard`` has the refused messages too. ``meanwhile`` is
    awaited before a message is answered.
    """

    def __init__(self, port: int | None = None, **options):
        self.messages = []
        self.envelopes = []
        self.answers = []
        self.recipient_replies = []
        self.received = []
        self.meanwhile = None
        self.sign_ins = []
        if "auth_required" in options:
            options["authenticator"] = self._authenticate
        self.port = port or free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_):
        self._controller.stop(no_assert=True)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        answer = self.recipient_replies.pop(0) if self.recipient_replies else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server, _session, envelope):
        message = email.message_from_bytes(envelope.content, policy=default)
        self.received.append(message)
        if self.meanwhile:
            await self.meanwhile()
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.messages.append(message)
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return answer

    def _authenticate(self, _server, _session, _envelope, _mechanism, auth_data):
        self.sign_ins.append((auth_data.login.decode(), auth_data.password.decode()))
        return AuthResult(success=auth_data.password == b"right:/@ pass", handled=False)


def plain_text_part(letter):
    return letter.get_body(("plain",)).get_content().replace("\r\n", "\n")


def unsubscribe_url(letter):
    """Return the URL in the header ``List-Unsubscribe``."""
    return letter["List-Unsubscribe"].removeprefix("<").removesuffix(">")


def unsubscribe_footer(letter, about):
    """Return the text of a stoppable mail before its signature."""
    return f"To stop mails about {about}, open this page: <{unsubscribe_url(letter)}>\n\n"


def html_part(letter):
    """The HTML part as its reader sees it: (the words, where the links lead, which elements it has)."""
    reader = _Reader()
    reader.feed(letter.get_body(("html",)).get_content().replace("\r\n", "\n"))
    return reader


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.words = ""
        self.links = []
        self.elements = set()

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_data(self, data):
        self.words += data
