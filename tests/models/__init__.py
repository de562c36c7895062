"""Models of PyTorch as their authors write them, read as text by some tests and run by others."""
