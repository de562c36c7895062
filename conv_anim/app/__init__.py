"""What commands run: which specs become which files, how they are drawn, and how a run is reported."""
