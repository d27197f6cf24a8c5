"""Import of an ephios database from Django's ``dumpdata`` file.

``dump`` reads the file, ``dump_row`` the values of a row. ``tables`` lists the tables in the order of import with their mappings in
``map_*``; ``store`` stores rows and finds those that exist already; ``links`` stores what depends on other rows; ``run`` is the whole
import. Nothing here commits.
"""
