"""Fast path for small SQL statements: compiled once, executed on pooled DBAPI connections.

The statements themselves stand in ``queries`` and ``operations``. The one exception is ``write_statements``, which builds
statements that several write transactions share.
"""
