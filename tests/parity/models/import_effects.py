"""What models do to the output while they are imported: print, basicConfig, loggers and handlers of their own."""

import logging
import sys
import warnings

from parity_tools import finish_after, trace

from locust import User, constant, events, task

print("printed at import")
print("to stderr at import", file=sys.stderr)
logging.debug("debug at import, before basicConfig")
logging.basicConfig(level=logging.DEBUG, format="MODEL %(levelname)s %(message)s")
logging.info("info at import")
logging.getLogger("model").warning("warning at import")


class Lines(logging.Handler):
    """Keeps what it is given."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(f"{record.levelname} {record.name} {record.getMessage()}")


on_root, on_own = Lines(), Lines()
logging.getLogger().addHandler(on_root)
own = logging.getLogger("own")
own.addHandler(on_own)
own.setLevel(logging.DEBUG)
quiet = logging.getLogger("quiet")
quiet.propagate = False
quiet.addHandler(on_own)
logging.getLogger("noisy").setLevel(logging.ERROR)
logging.getLogger().setLevel(logging.DEBUG)
warnings.warn("a warning of the model", stacklevel=1)


class Talker(User):
    wait_time = constant(0.01)

    @task
    def talk(self):
        logging.debug("root debug")
        logging.info("root info")
        own.debug("own debug")
        own.info("own info")
        quiet.warning("quiet warning")
        logging.getLogger("noisy").warning("not to be seen")
        logging.getLogger("noisy").error("noisy error")
        logging.getLogger("locust.model").info("info under locust")
        self.environment.runner.logger if hasattr(self.environment.runner, "logger") else None
        finish_after(self, 2)


@events.quitting.add_listener
def quitting(**kwargs):
    root = logging.getLogger()
    trace(f"root has the model's handler: {on_root in root.handlers}, level {root.level}")
    trace(f"own {own.level} {own.handlers == [on_own]}, noisy {logging.getLogger('noisy').level}")
    for line in on_own.lines:
        trace(f"own handler: {line}")
    for line in on_root.lines:
        if "root debug" in line or "at import" in line:
            trace(f"handler of root: {line}")
    trace(f"{[type(one).__name__ for one in logging.getLogger('locust').handlers]}")
