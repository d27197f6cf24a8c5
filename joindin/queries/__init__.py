"""Reads, with the decision what is loaded along with each row.

A list of any length costs the same number of statements, and its order ends in the id. Visibility is part
of each query: an object that the caller may not see is not found. Queries do not write, commit or know a request.

``find_x`` returns the object or raises ``NotFound``, ``get_x`` returns the object or None, ``list_x`` returns a
``Page``.
"""
