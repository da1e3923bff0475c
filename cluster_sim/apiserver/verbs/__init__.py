"""What can be done with a resource: one verb a file, the same for every kind."""
