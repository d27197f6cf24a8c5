"""Maintenance of stored images. Single images are the subject of ``operations/images.py`` and ``operations/agenda/flyers.py``."""
