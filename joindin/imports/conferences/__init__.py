"""Import of conference listings in the JSON format of the conference-data project.

``files`` reads the files, ``records`` parses their entries, ``map_events`` maps entries to listings, ``matching`` finds listings whose
key has changed, and ``store`` creates and updates events. Only the last two use the database. The command commits.
"""
