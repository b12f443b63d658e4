"""What the searching users share. The directory above has another `common.py`, with other contents."""

WORDS = ("bicycle", "blue", "candle", "kettle", "lamp", "quiet", "table", "umbrella", "warm", "wild")
EVERYTHING = 100


def prefixes(word: str) -> list[str]:
    """What somebody sends while typing the word."""
    return [word[:length] for length in range(1, len(word) + 1)]
