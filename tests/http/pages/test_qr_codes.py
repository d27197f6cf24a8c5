"""QR codes of pages: kept in memory unless they hold a secret."""

import pytest

from joindin.http.pages import qr_codes
from joindin.http.pages.qr_codes import qr_code_svg

pytestmark = pytest.mark.runs_once("pictures are not in the database")


def test_a_code_is_made_once(app):
    with app.test_request_context():
        first, kept = qr_code_svg("https://joindin.example/talk/a1b2c"), qr_codes._svg.cache_info().hits

        assert qr_code_svg("https://joindin.example/talk/a1b2c") is first
        assert qr_codes._svg.cache_info().hits == kept + 1


def test_a_code_of_a_secret_address_is_not_kept(app):
    before = qr_codes._svg.cache_info()
    with app.test_request_context():
        code = qr_code_svg("webcal://joindin.example/calendar/secret.ics", is_secret=True)

    assert "secret.ics" in code
    assert qr_codes._svg.cache_info() == before
