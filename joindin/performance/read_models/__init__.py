"""What the database itself keeps up: the copies and tallies that lists go by, and the indexes of searches.

Triggers, not operations, because events are written by people, imports and hands in the database,
row by row and thousands at once, and a list that forgot one of them would be wrong for ever. They
are put up after every migration, so that no migration has to know of them (SQLite makes a table
anew to alter it, and loses its triggers). What they keep can always be made anew from scratch.

Nothing here knows of a session, a request or a model: it speaks SQL to a connection.
"""

from joindin.performance.read_models.install import drop_triggers, install_triggers, is_managed_by_triggers, rebuild
from joindin.performance.read_models.verify import find_inconsistencies

__all__ = ["drop_triggers", "find_inconsistencies", "install_triggers", "is_managed_by_triggers", "rebuild"]
