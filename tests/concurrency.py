"""Requests made by threads with connections of their own, released at the same moment."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

CONCURRENT_REQUESTS = 8


def run_concurrently(session, requests):
    """The replies to the requests (functions without arguments), in their order."""
    session.commit()
    barrier = Barrier(len(requests))

    def make(request):
        barrier.wait()
        return request()

    with ThreadPoolExecutor(len(requests)) as pool:
        replies = list(pool.map(make, requests))
    session.expire_all()
    return replies


def count_outcomes(replies):
    """How often there was which status, with the sentence of those that were refused."""
    return Counter((reply.status_code, *(reply.json if reply.status_code >= 400 else ())) for reply in replies)
