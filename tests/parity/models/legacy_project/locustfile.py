"""A project of the 0.x era: options in locust.conf, users in a package, data in a file beside."""

from shop.users import Customer  # noqa: F401

if __name__ == "__main__":
    raise SystemExit("a locustfile is imported")
