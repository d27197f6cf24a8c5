"""Federation of crews, the protocol (ephios spec 13): share codes, and requests to other instances.

An instance that shares events is a host; an instance whose users see them is a guest. This package uses neither the Flask request
nor the database; ``operations/crew/federation/`` stores what other instances answer. Every request goes through
``utils/http_client.py``. Everything that another instance sends is checked: it may be malicious.
"""
