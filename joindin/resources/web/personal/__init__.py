"""Pages about what one person or device has stored: attendance, stars, the own schedule, and the pages below ``/me/`` and ``/guest/``."""
