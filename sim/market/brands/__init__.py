"""What brands do with money."""
