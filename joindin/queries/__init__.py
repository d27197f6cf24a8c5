"""What we look up, and what is loaded along with it.

A list costs a fixed number of statements whatever its length. What may not be seen is not found:
visibility is part of every question. Nothing here writes, commits or knows of a request.
"""
