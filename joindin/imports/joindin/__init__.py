"""The parts of moving a Joind.in installation in; ``moving_in.py`` puts them together.

``tables`` tells what becomes of which table, ``batches`` does it, ``names`` keeps names unique,
``state`` remembers from run to run, ``counters`` counts at the end, ``images`` fetches the files.
"""
