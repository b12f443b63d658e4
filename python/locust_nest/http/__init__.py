"""The client side of the engine: what turns its exchanges into what users of `requests` know."""
