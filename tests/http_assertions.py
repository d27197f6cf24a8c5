"""What two answers to the same request must have in common."""


def stable_headers(headers):
    """All but the time of answering, which pages and files come with."""
    return sorted((name, value) for name, value in headers if name != "Date")
