"""Comparison of responses to the same request."""


def stable_headers(headers):
    """Return the headers in order without ``Date``, which depends on the time of the response."""
    return sorted((name, value) for name, value in headers if name != "Date")
