"""The range of the ids of rows."""

# Ids are 32-bit integers on PostgreSQL, which refuses larger ones.
MAX_ROW_ID = 2**31 - 1
