"""Writes of the community agenda: submissions, places, series, flyers, collections, settings and texts of the site."""
