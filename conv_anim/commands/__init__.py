"""The commands of the command line, a module each: one is imported when it is called, and imports what it needs."""
