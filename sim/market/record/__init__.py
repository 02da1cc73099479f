"""What is written down while a market runs."""
