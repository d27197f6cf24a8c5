"""Pages with the components of the web site in their states: the real macros, on pages that only these tests show."""
