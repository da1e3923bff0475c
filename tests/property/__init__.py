"""What must hold for every run."""
