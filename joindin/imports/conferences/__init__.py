"""Import of conference listings in the JSON of the conference-data project."""
