"""Shifts that are generated from the talks of an event and follow them.

- :mod:`rules` computes the shifts that a rule gives for a programme; no database.
- :mod:`generation` stores them for an event; it may run several times.
- :mod:`following` moves and removes them in the transaction that changes a talk or a track.
- :mod:`storage` changes one stored shift, for both.

There is no table of rooms: conferences on Joind.in use tracks, and a track stands for a room.
"""
