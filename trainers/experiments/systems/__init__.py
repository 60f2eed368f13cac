"""What `nuner experiment compare` puts side by side: a file for each way to find entities."""
