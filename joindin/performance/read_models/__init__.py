"""Database triggers that maintain the read models, the search indexes and the row versions.

Triggers, because imports and manual SQL also write events, and a list that misses one write stays wrong. They are
dropped before every migration and created again after it, as SQLite recreates a table to alter it and loses its
triggers. ``rebuild()`` recomputes everything from the primary tables.

The package executes SQL on a connection. It uses no session, request or model.
"""

from joindin.performance.read_models.install import drop_triggers, install_triggers, is_managed_by_triggers, rebuild
from joindin.performance.read_models.verify import find_inconsistencies

__all__ = ["drop_triggers", "find_inconsistencies", "install_triggers", "is_managed_by_triggers", "rebuild"]
