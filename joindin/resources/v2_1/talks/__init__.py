"""Endpoints of v2.1 about talks, their comments, links, speakers and tracks."""
