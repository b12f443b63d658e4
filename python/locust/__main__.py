"""`locust-nest python -m locust ...` is `locust ...`."""

from .main import main

main()
