"""Imports of foreign data, one package per source.

A package reads one foreign format, maps it to columns of this application, and stores it. Everything that is skipped or changed is
reported with a reason. The modules beside the packages are shared: typed access to source rows, bulk reads and writes, and the
report. Nothing here imports Flask or commits: the command passes the session and the current time, and commits.
"""
