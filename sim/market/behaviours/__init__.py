"""One shopper behaviour a file; each defines BEHAVIOUR."""
