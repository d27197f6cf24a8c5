"""How fast the server is, on tables of a thousand to a million events.

Most figures are ratios to a bare Flask route that returns the same bytes: both run under the same
server with the same workers, in turns, in the same run, since ratios hold from machine to machine
where requests per second do not. Run by ``make bench``.
"""
