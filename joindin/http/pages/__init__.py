"""Pages for people: rendering, forms, CSRF protection, languages, static files, error pages."""
