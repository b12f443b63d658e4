"""What the customers of the shop share. `search/` has another `common.py`, with other contents."""

import os

import requests

ACCOUNT_SERVER = os.getenv("ACCOUNT_SERVER", "http://127.0.0.1:18081")
PRODUCT_IDS = range(1, 101)


def new_account() -> dict[str, str]:
    """An account of its own for each user, fetched beside the load: it is not in the statistics."""
    response = requests.post(f"{ACCOUNT_SERVER}/accounts", timeout=10)
    response.raise_for_status()
    return response.json()
