"""English."""

PHRASES = {
    "input": "input",
    "kernel": "kernel",
    "output": "output",
}
