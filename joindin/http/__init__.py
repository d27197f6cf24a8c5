"""HTTP code that all surfaces share; it has no addresses of its own."""
