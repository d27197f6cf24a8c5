"""What ephios's clients see."""
