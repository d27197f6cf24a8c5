"""Every error has a status on every surface, rolls back what the request did, and names no internals."""

import errno

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from joindin import errors
from joindin.errors import DomainError
from joindin.extensions import db
from joindin.models import User
from joindin.operations.crew.refusals import Refusal, SignupRefused
from joindin.utils.media.storage import StorageUnavailable
from tests.factories import make_user

# A path of every surface, and those of the OAuth addresses, which have three dialects.
PATHS = {
    "v2_1": "/v2.1/events",
    "gancio": "/api/client",
    "ephios": "/api/users/me/",
    "web": "/accounts/",
    "docs": "/docs",
    "media": "/inc/img/event_icons/x.png",
    "oauth2 of ephios": "/api/oauth/token/",
    "oauth2 of gancio": "/oauth/token",
    "oauth2 page": "/oauth/authorize",
}
STATUSES = {
    "DomainError": 400,
    "InvalidInput": 400,
    "Unauthenticated": 401,
    "Forbidden": 403,
    "CsrfFailed": 403,
    "InsufficientScope": 403,
    "NotFound": 404,
    "MethodNotAllowed": 405,
    "Conflict": 409,
    "DuplicateEvent": 409,
    "PayloadTooLarge": 413,
    "AddressTooLong": 414,
    "UnsupportedCoding": 415,
    "Unprocessable": 422,
    "RateLimited": 429,
    "NotConfigured": 501,
    "ServiceUnavailable": 503,
    "Overloaded": 503,
}
PAGES = {"Unauthenticated": 302}
EXCEPTIONS = {
    "v2_1": {"Conflict": 400},
    "gancio": {"Conflict": 400, "DuplicateEvent": 400, "InvalidToken": 401, "Unauthenticated": 403},
    "ephios": {"Conflict": 400, "DuplicateEvent": 400, "Unauthenticated": 403},
    "web": PAGES,
    "docs": PAGES,
    "media": PAGES,
    "oauth2 of ephios": {"Conflict": 400, "DuplicateEvent": 400},
    "oauth2 of gancio": {"Conflict": 400, "DuplicateEvent": 400},
    "oauth2 page": PAGES,
}
SECRET = "password=hunter2"


def domain_errors(base=DomainError):
    """All classes that a request can raise, also those outside ``joindin.errors``."""
    found = [base, *(each for child in base.__subclasses__() for each in domain_errors(child))]
    return [each for each in found if not each.__module__.startswith("joindin.imports")]


def make_error(class_):
    more = {"InsufficientScope": {"scope": "ME_READ"}, "RateLimited": {"retry_after": 7}}
    more["DuplicateEvent"] = {"event_id": 3}
    more["InvalidCrewField"], more["InvalidSignup"] = {"message": "No"}, {"reason": Refusal("No")}
    if class_ is SignupRefused:
        return SignupRefused([Refusal("The reason")])
    if class_ is StorageUnavailable:
        return StorageUnavailable()
    return class_("The reason", **more.get(class_.__name__, {}))


def respond(app, path, error):
    """The response of the application to a view that raises the error."""
    with app.test_request_context(path, headers={"Accept-Language": "en"}):
        return app.handle_user_exception(error)


def outage():
    return OperationalError("SELECT 1", {}, Exception(SECRET))


def expected_status(class_, surface):
    """A class outside the table has the status of its nearest base class in the table."""
    table = STATUSES | EXCEPTIONS[surface]
    return next(table[each.__name__] for each in class_.__mro__ if each.__name__ in table)


@pytest.mark.parametrize("surface", PATHS)
def test_every_error_class_has_a_status(app, session, surface):
    classes = domain_errors()

    found = {each.__name__: respond(app, PATHS[surface], make_error(each)).status_code for each in classes}

    assert found == {each.__name__: expected_status(each, surface) for each in classes}


def test_every_error_class_is_in_the_table_of_the_test():
    own = {each.__name__ for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)}

    assert own | {"CsrfFailed"} == STATUSES.keys()


@pytest.mark.parametrize("surface", PATHS)
def test_a_wait_is_sent_in_seconds(app, session, surface):
    waits = [make_error(errors.RateLimited), errors.ServiceUnavailable(retry_after=9)]

    assert [respond(app, PATHS[surface], error).headers["Retry-After"] for error in waits] == ["7", "9"]


@pytest.mark.parametrize("surface", PATHS)
def test_an_outage_of_the_database_is_503(app, session, surface):
    response = respond(app, PATHS[surface], outage())

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert SECRET not in response.get_data(as_text=True)
    assert "SELECT" not in response.get_data(as_text=True)


@pytest.mark.parametrize("surface", PATHS)
@pytest.mark.parametrize(
    "error", [ValueError(SECRET), IntegrityError("INSERT", {}, Exception(SECRET))], ids=["ValueError", "IntegrityError"]
)
def test_an_unexpected_error_is_logged_and_reveals_nothing(app, session, caplog, surface, error):
    response = respond(app, PATHS[surface], error)

    assert response.status_code == 500
    assert SECRET not in response.get_data(as_text=True)
    assert [record.getMessage() for record in caplog.records] == [f"GET {PATHS[surface]} failed (request -)"]
    assert caplog.records[0].exc_info is not None or "hunter2" in caplog.text


@pytest.mark.parametrize("surface", PATHS)
def test_a_full_disk_is_503(app, session, surface):
    response = respond(app, PATHS[surface], OSError(errno.ENOSPC, "No space left on device", SECRET))

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert SECRET not in response.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/accounts/", "/docs", "/oauth/token"])
def test_an_unexpected_error_has_a_reference(app, session, monkeypatch, caplog, path):
    def fail():
        raise ZeroDivisionError

    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setattr(app.wsgi_app._app, "_propagates", False)
    monkeypatch.setitem(app.before_request_funcs, None, [*app.before_request_funcs[None], fail])

    response = app.test_client().get(path, headers={"Accept-Language": "en"})

    reference = response.headers["X-Request-Id"]
    assert response.status_code == 500
    assert f"Error reference: {reference}" in response.get_data(as_text=True)
    assert [record.getMessage() for record in caplog.records] == [f"GET {path} failed (request {reference})"]


def test_an_error_of_an_error_page_is_logged_without_the_secret_of_the_path(app, session, monkeypatch, caplog):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(app.wsgi_app._app, "_propagates", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("joindin.http.pages.error_pages.render_page", fail)

    response = app.test_client().get("/calendar/0123456789abcdef0123.ics")

    assert response.status_code == 500
    assert response.text == f"Internal error. Error reference: {response.headers['X-Request-Id']}\n"
    assert "0123456789abcdef" not in caplog.text
    assert response.headers["X-Request-Id"] in caplog.text


@pytest.mark.parametrize("surface", PATHS)
@pytest.mark.parametrize("make", [lambda: make_error(errors.Conflict), outage, lambda: ValueError("x")])
def test_what_the_request_wrote_is_rolled_back(app, surface, make):
    with app.test_request_context(PATHS[surface]):
        make_user(db.session, "half-done")
        app.handle_user_exception(make())

        assert db.session.query(User).filter_by(username="half-done").count() == 0
