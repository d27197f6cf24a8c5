"""Comparison of responses to the same request."""


def stable_headers(headers):
    """Return the headers in order without those that every response has its own of: ``Date`` and ``X-Request-Id``."""
    return sorted((name, value) for name, value in headers if name not in ("Date", "X-Request-Id"))
