"""IP address and user agent of the person behind the client (spec 2.13)."""

import pytest

from joindin.resources.v2_1.client_origin import client_origin
from joindin.utils.akismet import ClientOrigin


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({}, ClientOrigin("127.0.0.1", None)),
        ({"User-Agent": "curl"}, ClientOrigin("127.0.0.1", "curl")),
        ({"X-Forwarded-For": "1.2.3.4, 5.6.7.8"}, ClientOrigin("1.2.3.4", None)),
        ({"X-Forwarded-For": "1.2.3.4:5678"}, ClientOrigin("1.2.3.4", None)),
        ({"X-Forwarded-For": "2001:db8::1"}, ClientOrigin("2001:db8::1", None)),
        ({"Forwarded": "for=1.2.3.4", "X-Forwarded-For": "5.6.7.8"}, ClientOrigin("1.2.3.4", None)),
        ({"Forwarded": "for=1.2.3.4, for=5.6.7.8"}, ClientOrigin("1.2.3.4", None)),
        ({"Forwarded": "For=1.2.3.4;proto=https;by=5.6.7.8"}, ClientOrigin("1.2.3.4", None)),
        ({"Forwarded": 'for="1.2.3.4:80"'}, ClientOrigin("1.2.3.4", None)),
        ({"Forwarded": 'for="[::1]"'}, ClientOrigin("::1", None)),
        ({"Forwarded": 'for="[2001:db8::1]:4711"'}, ClientOrigin("2001:db8::1", None)),
        ({"Forwarded": "for=unknown", "X-Forwarded-For": "5.6.7.8"}, ClientOrigin("5.6.7.8", None)),
        ({"Forwarded": "for=_hidden"}, ClientOrigin("127.0.0.1", None)),
        ({"Forwarded": 'for=1.2.3.4;user-agent="a, b; c"', "User-Agent": "PHP"}, ClientOrigin("1.2.3.4", "a, b; c")),
        ({"Forwarded": 'user-agent="for=9.9.9.9";for=1.2.3.4'}, ClientOrigin("1.2.3.4", "for=9.9.9.9")),
        ({"Forwarded": r'for=1.2.3.4;user-agent="say \"hi\" \\o/"'}, ClientOrigin("1.2.3.4", r'say "hi" \o/')),
        ({"Forwarded": 'for=1.2.3.4;user-agent="never closed'}, ClientOrigin("1.2.3.4", None)),
        ({"Forwarded": ";,=;for;" + '"' * 5000, "User-Agent": "curl"}, ClientOrigin("127.0.0.1", "curl")),
    ],
)
def test_the_clients_origin_is_read_from_the_headers(app, headers, found):
    environ = {"REMOTE_ADDR": "127.0.0.1"}

    with app.test_request_context("/", headers={"User-Agent": "", **headers}, environ_base=environ):
        told = client_origin()

    assert ClientOrigin(told.ip_address, told.user_agent or None) == found
