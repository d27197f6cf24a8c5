"""Benchmarks of the server on tables of a thousand to a million events. ``make bench`` runs them.

Most figures are ratios to a minimal Flask route that returns the same bytes. Both run alternately under the same server with the
same workers, because ratios can be compared between machines and requests per second cannot.
"""
