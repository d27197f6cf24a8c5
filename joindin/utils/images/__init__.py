"""Uploaded images: parsing of the four file formats, colour conversion, and processing with Pillow.

A parser of this package reads the structure of the file first. It checks sizes and counts, and keeps nothing but pixel data, colour
profile and orientation. Pillow sees only pixel data of bounded size, which bounds its time and memory. The event that an image
belongs to is the subject of ``operations/images.py``.
"""
