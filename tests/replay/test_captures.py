"""All captures, replayed on the dataset they were taken from and at the time of the capture."""

import io
import json
import os
import re
from pathlib import Path

import pytest
import time_machine

from joindin import create_app
from joindin.extensions import db
from joindin.imports.joindin.run import import_database
from joindin.imports.joindin.sources import InMemorySource
from joindin.imports.report import Report
from joindin.models import Mail
from joindin.utils.datetimes import utc_now
from tests.replay.dataset import Dataset
from tests.replay.deviations import RANDOM, deviation_of
from tests.replay.mails import check_mail, original_subject

ORACLE = Path(__file__).resolve().parents[3] / "shared" / "oracle" / "joindin"

if ORACLE.exists():
    CASES = sorted(path.stem for path in (ORACLE / "captures").glob("*.json"))
elif os.environ.get("CI"):
    raise RuntimeError(f"{ORACLE.name} is missing")
else:
    CASES = [pytest.param(None, marks=pytest.mark.skip("the captures are not beside the repository"))]


def store_tables(session):
    """Import the original's tables (spec 17.2)."""
    source = InMemorySource(json.loads((ORACLE / "dataset.json").read_text()))
    for _rows in import_database(session, source, now=utc_now(), report=Report()):
        pass


@pytest.fixture(scope="module")
def dataset(app):
    dataset = Dataset(store_tables)
    yield dataset
    with app.app_context():
        dataset.drop(db.session)


@pytest.fixture(scope="session")
def original(app, settings):
    """The application with the settings of the original server during the captures."""
    return create_app(
        settings
        | {
            "WEBSITE_URL": "http://dev.joind.in",
            "ALLOW_AUTO_VERIFY_USERS": True,
            "ALLOW_AUTO_APPROVE_EVENTS": True,
        }
    )


@pytest.mark.parametrize("case", CASES)
def test_the_response_is_that_of_the_original(session, original, dataset, case):
    capture = json.loads((ORACLE / "captures" / f"{case}.json").read_text())
    deviation = deviation_of(case)
    dataset.restore(session)
    dataset.is_changed = may_write(capture)
    for cache in ("fragment_cache", "query_cache"):
        original.extensions[cache].clear()

    with time_machine.travel(capture["captured_at"], tick=False):
        for exchange in capture["setup"]:
            send(original, exchange["request"])
        reply = send(original, capture["request"])
        later = [(send(original, exchange["request"]), exchange) for exchange in capture["after"]]

    compare(reply, capture["response"], deviation, capture["request"])
    for reply, exchange in later:
        compare(reply, exchange["response"], deviation.afterwards, exchange["request"])
    if capture["database"].startswith("golden (restored"):
        check_mails(original, capture["emails"], deviation)


def may_write(capture):
    """Return whether a request of the capture may write. Reads with a token may: they store the time of its use."""
    requests = [exchange["request"] for exchange in (*capture["setup"], capture, *capture["after"])]
    return any(
        request["method"] not in ("GET", "HEAD", "OPTIONS") or "Authorization" in request["headers"]
        for request in requests
    )


def send(app, request):
    body = request.get("body")
    headers = {name: value for name, value in request["headers"].items() if name not in ("Content-Length", "Host")}
    arguments = {"headers": headers, "base_url": f"http://{request['headers']['Host']}"}
    if isinstance(body, dict) and "multipart" in body:
        headers.pop("Content-Type")
        arguments["data"] = {
            part["field"]: (
                io.BytesIO(content_of(part)),
                part.get("filename", "file"),
                part.get("content_type"),
            )
            for part in body["multipart"]
        }
    elif body is not None:
        arguments["data"] = body if isinstance(body, str) else json.dumps(body)
    return app.test_client().open(request["path"], method=request["method"], **arguments)


def content_of(part):
    file = ORACLE / part["file"]
    # One capture names a file of 4 MB that was not kept; only its size matters.
    return file.read_bytes() if file.exists() else bytes(4_000_000)


def compare(reply, expected, deviation, request):
    raw = expected.get("body_raw")
    status, body = deviation.answer(expected["status"], expected.get("body_json") or raw or None)
    body = None if isinstance(body, str) else body
    headers = deviation.headers(expected["headers"])
    shown = reply.get_json(silent=True) if reply.data else None
    if body is None and headers["Content-Type"].startswith("text/javascript") and re.match(r"\w+\(", raw or ""):
        # JSONP: the payload is compared, and the name of the function.
        name, _, body = raw.partition("(")
        shown_name, _, shown = reply.get_data(as_text=True).partition("(")
        assert shown_name == name
        body, shown = json.loads(body.rstrip(");")), json.loads(shown.rstrip(");"))

    assert reply.status_code == status, reply.get_data(as_text=True)[:500]
    if isinstance(body, dict) and "access_token" in body:
        assert re.fullmatch("[0-9a-f]{16}", shown["access_token"])
        body = body | {"access_token": shown["access_token"]}
    if RANDOM in str(body):
        body = json.loads(json.dumps(body).replace(RANDOM, random_part(shown)))
    if body is not None or not raw:
        # As text, because the order of keys counts.
        assert json.dumps(shown, indent=1) == json.dumps(body, indent=1)
    assert reply.headers.get("Location") == headers.get("Location")
    if "html" in headers["Content-Type"]:
        assert content_of_html(reply.get_data(as_text=True)) == content_of_html(expected["body_raw"])
    elif "utf8" in headers["Content-Type"]:
        assert reply.headers["Content-Type"] == headers["Content-Type"]
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
    if status == 401:
        assert reply.headers["WWW-Authenticate"] == 'Bearer realm="api.joind.in"'


def random_part(shown):
    """Return the random part of the response; only its form can be compared."""
    if "clients" in shown:
        value, form = shown["clients"][0]["consumer_key"], "[A-Za-z0-9+/]{64}"
    else:
        value, form = shown["talks"][0]["stub"], "[0-9a-f]{5}"
    assert re.fullmatch(form, value)
    return value


def content_of_html(page):
    """Return names, links and texts of an HTML response, without its markup."""
    return re.findall(r"<strong>(.*?)</strong>\s*(?:<a href=\"(.*?)\">)?([^<\n]*)", page)


def check_mails(app, captured, deviation):
    """Compare recipients, subjects and facts of the mails."""
    with app.app_context():
        mails = sorted(
            ((mail.recipient, original_subject(mail, app.config), mail) for mail in db.session.query(Mail)),
            key=lambda item: item[:2],
        )
        assert [item[:2] for item in mails] == deviation.mails(
            sorted((each["to"], each["subject"]) for each in captured)
        )
        for recipient, subject, mail in mails:
            for each in captured:
                if (each["to"], each["subject"]) == (recipient, subject):
                    check_mail(mail, app.config, each)
