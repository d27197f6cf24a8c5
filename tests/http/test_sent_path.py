"""The path of a redirect: as it was sent, or escaped again if the server has decoded it."""

import pytest

from joindin.http.sent_path import sent_path


@pytest.mark.parametrize(
    ("original", "decoded", "path"),
    [
        ("/event/a%3fb?c=%20", "/event/a?b", "/event/a%3fb"),
        ("/tag/ci%2Fcd/%C3%BC", "/tag/ci/cd/\u00c3\u00bc", "/tag/ci%2Fcd/%C3%BC"),
        # Servers that provide the decoded path only, one character for each byte.
        (None, "/event/a?b%\u00c3\u00bc\r\n\\#", "/event/a%3Fb%25%C3%BC%0D%0A%5C%23"),
        (None, "/event/\u00ff", "/event/%FF"),
        (None, "//evil.example/x", "/evil.example/x"),
        # Originals that do not name the path that is routed.
        ("//event/a", "//event/a", "/event/a"),
        ("//evil.example/a", "/event/a", "/event/a"),
        ("http://evil.example/event/a", "/event/a", "/event/a"),
        ("/event/a#b", "/event/a", "/event/a"),
    ],
)
def test_the_path_is_escaped_and_names_no_host(app, original, decoded, path):
    overrides = {"PATH_INFO": decoded, "REQUEST_URI": original or ""}

    with app.test_request_context("/", environ_overrides=overrides):
        assert sent_path() == path
