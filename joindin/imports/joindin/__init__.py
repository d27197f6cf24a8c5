"""Import of a Joind.in database.

``run`` imports the tables that ``tables`` lists, in batches (``batches``) of records (``records``). ``sources``, ``sources_json`` and
``sources_mysql`` read the source, ``map_*`` map its rows to columns. ``uniqueness`` keeps names unique,
``progress`` stores the state between runs, ``recount`` corrects the counters, ``images`` copies files. Nothing here commits: the
command does, at every ``yield``.
"""
