"""The web site in a language from right to left, whose translations the tests generate."""
