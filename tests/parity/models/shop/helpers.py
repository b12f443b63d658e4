import parity_tools

__all__ = ["STARRED"]
STARRED = "starred"


def greet(whom):
    return f"hello {whom} from {__name__}"


parity_tools.trace("helpers imported")
