"""Mechanisms that exist only for speed.

The server is correct without any of them, and tests compare the answers with each one on and off. A new mechanism needs a
measurement that shows at least a quarter gained on an end-to-end figure. This package may import ``db``, ``utils`` and
``errors``. It has no models and no Flask.

``docs/performance.md`` explains how the mechanisms work together. Benchmarks are sections of ``docs/benchmarks.md``.

=================  =============================================  ===========================  =======================
Mechanism          Invariant                                      Switch it off                Benchmark
=================  =============================================  ===========================  =======================
sql                The rows are those of SQLAlchemy. A broken     JOINDIN_PLAIN_SQL=1          signed in, attending
(fast path)        connection is closed. A write that met an
                   outage is not run again.
data_version       Equal tokens mean equal visible rows. It is    with the response cache      visitors
                   read before the data, never after.
replicas           A read shows everything that was acknowledged  JOINDIN_REPLICA_URLS unset   none: needs machines
                   before it began.
caching:           A response is sent only while the data         JOINDIN_ANSWER_CACHE_BYTES=0 visitors, 304, reads
response_cache     version is that of its rendering.                                           mixed with writes
caching:           As response_cache; the key holds a digest of   JOINDIN_ANSWER_CACHE_BYTES=0 the crew: the same token
personal_          the credential, and a response may expire                                   reads again
responses          without a write.
caching:           The key holds the row version and all other    JOINDIN_FRAGMENT_CACHE_      fragments warm, nothing
fragment_cache     inputs. Nothing is invalidated.                BYTES=0                      cached
caching:           A count is used only while the change counter  JOINDIN_QUERY_CACHE_BYTES=0  searches
query_cache        of the lists is that of the count.
read_models        Triggers keep them equal to the primary        none: lists read them;       lists by size
                   tables in the same transaction.                ``joindin counters check``
=================  =============================================  ===========================  =======================
"""
