"""Storage of image files: a local folder, or a bucket of an object storage.

``storage.py`` has the interface and the errors, ``open_storage.py`` chooses the storage of a URL. The folders, and the rows that name
the files, are the subject of ``operations/images.py``.
"""
