"""What a command runs: which specs become which files, who draws them, and what is said of it."""
