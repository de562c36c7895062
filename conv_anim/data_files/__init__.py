"""Files of numbers: .npy, .csv, .png and .jpg, each by a module that takes the open file, and no more than that."""
