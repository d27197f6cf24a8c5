"""Concurrent requests: one thread and database connection each, released at the same moment."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

CONCURRENT_REQUESTS = 8


def run_concurrently(session, requests):
    """Call the functions at the same moment and return their results in the same order."""
    session.commit()
    barrier = Barrier(len(requests))

    def run(request):
        barrier.wait()
        return request()

    with ThreadPoolExecutor(len(requests)) as pool:
        results = list(pool.map(run, requests))
    session.expire_all()
    return results


def count_outcomes(replies) -> Counter:
    """Count the responses by status, and by message where a request was refused."""
    return Counter((reply.status_code, *(reply.json if reply.status_code >= 400 else ())) for reply in replies)
