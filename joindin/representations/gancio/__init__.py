"""What Gancio's clients see."""
