"""The programme of an event for pages: days, placement in a grid, filters, what is on now, and speakers.

Pure functions over talks as records of ``queries/programme/``. HTML is made by the templates.
"""
