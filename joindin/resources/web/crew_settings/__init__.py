"""Administration pages of the crew: building blocks, questions, accounts of people. They share the blueprint of ``web/crew/common.py``."""

from joindin.resources.web.crew_settings import building_blocks, members, questions

__all__ = ["building_blocks", "members", "questions"]
