"""Archives, copies of databases that are in use, and the drill: load, backup, loss, restoration."""
