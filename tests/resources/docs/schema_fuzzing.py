"""Schemathesis on the OpenAPI document: generated requests of one caller, with every check on.

The whole application answers in this process. The sample data is made again whenever another operation is tested, because
requests of an admin delete it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import NonFatalError, ScenarioFinished
from schemathesis.generation.meta import TestPhase
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER
from schemathesis.transport.wsgi import WSGITransport

from joindin.extensions import db
from joindin.models import AccessToken
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.database_rows import empty_database
from tests.resources.docs import schemathesis_checks  # noqa: F401 - registers the check
from tests.resources.docs.sample_data import make_sample_data

CONFIG = Path(__file__).parents[3] / "schemathesis.toml"
TOKEN = "generated-requests"
_send = WSGITransport.send
CALLERS = ("visitor", "guest", "host", "editor", "admin")


@dataclass(frozen=True)
class Finding:
    """A failed check of one request."""

    check: str
    operation: str
    message: str
    request: str
    response: str


class SampleServer:
    """The application with fresh sample data for each operation, and the token of the caller."""

    def __init__(self, app: Flask, caller: str, make_data: Callable = make_sample_data):
        self._app = app
        self._make_sample_data = make_data
        self._caller = caller
        self._operation = None

    def prepare(self, case) -> None:
        """Make the sample data again for another operation. Scenarios of several operations keep their data."""
        operation = (case.meta and case.meta.phase.name, case.operation.label)
        if operation != self._operation:
            if TestPhase.STATEFUL not in (operation[0], self._operation and self._operation[0]):
                self._make_data()
            self._operation = operation

    def _make_data(self):
        with self._app.app_context():
            empty_database()
            for name in ("fragment_cache", "query_cache", "response_cache"):
                self._app.extensions[name].clear()
            world = self._make_sample_data(db.session)
            if self._caller != "visitor":
                user = world.users[self._caller]
                token = AccessToken(
                    token_hash=hash_token(TOKEN), user_id=user.id, client_id=world.client.id, created_at=utc_now()
                )
                db.session.add(token)
            db.session.commit()


def fuzz_document(
    app: Flask,
    caller: str,
    *,
    cases: int,
    seed: int,
    path: str = "/docs/openapi.json",
    make_data: Callable = make_sample_data,
    checks: Sequence[str] = (),
) -> Iterator[Finding | int]:
    """Send ``cases`` requests as the caller, or a few more, and yield what fails; at last the number of requests.

    A thousand and more cover each boundary of each schema, and sequences of operations. Fewer are random. ``checks`` are all
    if none is named.
    """
    config = SchemathesisConfig.from_path(CONFIG)
    config._seed = seed
    schema = schemathesis.openapi.from_wsgi(path, app, config=config)
    schema.config.generation.max_examples = cases // schema.statistic.operations.total + 2
    schema.config.continue_on_failure = True
    if checks:
        schema.config.checks.update(included_check_names=list(checks))
    if cases < 1000:
        for phase in (schema.config.phases.examples, schema.config.phases.coverage, schema.config.phases.stateful):
            phase.enabled = False
    server = SampleServer(app, caller, make_data)

    # The in-process client does not unpack responses.
    schema.config.headers = {"Accept-Encoding": "identity"}
    if caller != "visitor":
        schema.config.headers["Authorization"] = f"Bearer {TOKEN}"

    def before_call(context, case, kwargs):
        server.prepare(case)

    schemathesis.hook(before_call)
    sent = 0
    try:
        with patch.object(WSGITransport, "send", _send_in_process):
            events = from_schema(schema).execute()
            for event in events:
                if isinstance(event, NonFatalError):
                    yield Finding("error", event.label, str(event.value), "", "")
                if isinstance(event, ScenarioFinished):
                    sent += len(event.recorder.interactions)
                    yield from _findings(event.recorder)
                    if sent >= cases:
                        events.stop()
    finally:
        GLOBAL_HOOK_DISPATCHER.unregister(before_call)
    yield sent


def _send_in_process(transport, case, **arguments):
    """Send without settings of sockets, which Schemathesis 4.32 passes on where a check repeats a request."""
    for name in ("max_redirects", "verify", "cert", "proxies"):
        arguments.pop(name, None)
    return _send(transport, case, **arguments)


def _findings(recorder):
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is None:
                continue
            failure = check.failure_info.failure
            interaction = recorder.interactions[failure.case_id or case_id]
            response = interaction.response
            yield Finding(
                check.name,
                recorder.cases[case_id].value.operation.label,
                f"{failure.title}: {failure.message}",
                check.failure_info.code_sample,
                f"{response.status_code} {response.content[:300]!r}" if response else "",
            )
