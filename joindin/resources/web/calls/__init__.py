"""Calls for papers: their list (``page``), its filters (``search``), and its feeds (``feeds``)."""
