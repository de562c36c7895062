"""Files of numbers: .npy, .csv and .png, each by a module that takes the open file, and no more than that."""
