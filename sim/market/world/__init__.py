"""What shoppers share: reviews and the social network."""
