"""Backups: one archive with the database, the images and, on request, the secret key, and its restoration.

The archive is an uncompressed tar file, which other programs can read. Images do not shrink, and the dump of the database is
compressed by itself. Members, in this order::

    version.json                            format of the archive
    media/...                               images that existed before the database was copied
    database.sqlite.gz or database.dump     the database: a SQLite file, or pg_dump's custom format
    media/...                               images that were added meanwhile
    secret-key                              with --with-key
    manifest.json                           size and SHA-256 of every member, revision, number of rows of each table

The server keeps serving. Images are read before and after the database, because a replaced image is deleted: each image that the
copied rows name was there when the database was copied. Code that parses arguments or prints belongs in ``cli``.
"""
