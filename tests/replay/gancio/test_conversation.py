"""The captured conversation with Gancio 1.27.0, held with this server on an empty database."""

import json
import os
from pathlib import Path

import pytest

from joindin import create_app
from tests.jobs.smtp_server import SmtpServer
from tests.replay.gancio.conversation import GROUPS_NOT_BUILT, Conversation
from tests.replay.gancio.deviations import DEVIATIONS

CAPTURES = Path(__file__).resolve().parents[4] / "shared" / "oracle" / "gancio" / "captures"


@pytest.fixture
def conversation(app, session, settings):
    with SmtpServer() as mail_server:
        overrides = {"WEBSITE_URL": "http://agenda.example:8080", "MAIL_URL": mail_server.url}
        yield Conversation(create_app(settings | overrides), mail_server)


def captured_steps():
    if not CAPTURES.exists():
        if os.environ.get("CI"):
            raise RuntimeError("the captures are missing")
        pytest.skip("the captures are not beside the repository")
    groups = [json.loads(file.read_text()) for file in sorted(CAPTURES.glob("*.json"))]
    return sorted((step for group in groups for step in group["steps"]), key=lambda step: step["n"])


@pytest.mark.slow("473 exchanges that build on one another")
def test_the_conversation_with_gancio(conversation):
    differences = {}
    for step in captured_steps():
        if step["group"] in GROUPS_NOT_BUILT:
            continue
        try:
            difference = conversation.difference(step)
        except Exception as error:
            difference = f"{type(error).__name__}: {error}"
        if difference:
            differences[step["n"]] = f"{step['group']} {step['n']}, {step['name']}: {difference}"

    unnamed = [text for number, text in differences.items() if number not in DEVIATIONS]
    assert not unnamed, "\n".join(unnamed)
    assert sorted(differences) == sorted(DEVIATIONS)
