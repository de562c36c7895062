"""Traditional Chinese, in the terms that Taiwanese texts use."""

PHRASES = {
    "input": "輸入",
    "kernel": "卷積核",
    "output": "輸出",
}
