"""Shows: map, board, handheld and customer page."""
