"""Which Locust we follow."""

# Models and packages see it as `locust.__version__`; `locust --version` says it.
FOLLOWED_VERSION = "2.47.0"
