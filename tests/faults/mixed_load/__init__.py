"""A load of all surfaces on a server that fails at times, and the check of what the server acknowledged.

``python -m tests.faults.mixed_load`` is the client: it reads a plan (:mod:`plan`) from standard input, sends requests on one
connection for each client of the plan, and prints a record of each request until its input ends. :class:`load.MixedLoad` starts it.
:mod:`journal` derives from the records what must be stored, and :mod:`stored` reads what is. A request is never sent twice.
"""
