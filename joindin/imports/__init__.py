"""Reading other people's data: files and listings that come from elsewhere, and what they mean here.

A module of this room takes one foreign format, keeps what it can trust and hands over the plain
values that operations store; whatever it leaves out is told with a reason. It knows neither Flask
nor the database: the command that calls it brings the session, the clock and the commits.
"""
