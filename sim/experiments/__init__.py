"""Running scenarios, comparing their arms, and keeping what came out."""
