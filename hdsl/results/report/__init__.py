"""A fit as one HTML page that needs nothing else."""
