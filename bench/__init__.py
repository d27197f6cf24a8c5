"""How fast the server is, as ratios to a bare Flask route that returns the same bytes.

Both run under the same server with the same workers, in turns, in the same run: ratios hold from
machine to machine where requests per second do not. Run by ``make bench``.
"""
