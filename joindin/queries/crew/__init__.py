"""Reads of the crew: events with shifts, participations, qualifications, building blocks, and the numbers of free places.

Rows that a viewer may not see are not found. Each list costs a fixed number of statements.
"""
