"""Events in pages and calendars of other sites, read for people who then submit them. Nothing is stored.

The files are foreign: their size and the number of their events are limited, one file at a time is parsed in a process,
and recurrence rules are not expanded.
"""
