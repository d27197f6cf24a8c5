import pytest


@pytest.fixture(autouse=True)
def _empty_afterwards():
    """Replace the shared fixture: rows of the dataset stay until a capture may have written."""
