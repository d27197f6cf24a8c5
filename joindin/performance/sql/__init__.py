"""Fast paths for small SQL statements."""
