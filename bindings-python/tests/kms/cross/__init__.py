"""What one language seals, the others open, through the same KMSs."""
