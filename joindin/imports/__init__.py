"""Imports of foreign data, one package per source.

A package reads one foreign format, maps it to columns of this application, and stores it. Everything that is skipped or changed is
reported with a reason. Nothing here imports Flask or commits: the command passes the session and the current time, and commits.
"""
