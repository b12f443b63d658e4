"""What the tests of the command line share."""

import subprocess
from collections.abc import Callable

Result = subprocess.CompletedProcess[str]
# nest("--headless", "-u", "5", LOCUST_HOST="http://...")
RunNest = Callable[..., Result]
# The process, with pipes for its output
StartNest = Callable[..., subprocess.Popen[str]]
