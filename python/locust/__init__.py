"""The Locust API of every era, on the engine of locust-nest.

Importing it patches the standard library with gevent, as Locust does, so that whatever a model waits for
lets the other users run. `LOCUST_SKIP_MONKEY_PATCH` in the environment leaves that out.
"""

import importlib
import os
import sys
from typing import Any

if "LOCUST_SKIP_MONKEY_PATCH" not in os.environ:
    from gevent import monkey

    monkey.patch_all()

import gevent.queue
import nest_engine
import urllib3.connectionpool

from locust_nest.http.adapter import use_certificates

from . import _forks

nest_engine.attach_hub()
_forks.watch()
use_certificates()
if "LOCUST_SKIP_URLLIB3_PATCH" not in os.environ:
    # A pool that waits for a free connection must let other users run.
    urllib3.connectionpool.ConnectionPool.QueueCls = gevent.queue.LifoQueue

from locust_nest.cli.version import FOLLOWED_VERSION as __version__

from .event import Events as Events

events = Events()

# Until 0.14 a module; `import locust.events` and `from locust.events import request_success` still work.
sys.modules["locust.events"] = events  # type: ignore[assignment]

from .contrib.fasthttp import FastHttpUser
from .exception import (
    InterruptTaskSet,
    RescheduleTask,
    RescheduleTaskImmediately,
    ResponseError,
    StopUser,
)
from .shape import LoadTestShape
from .user import wait_time
from .user.legacy import HttpLocust, Locust, TaskSequence, seq_task
from .user.markov_taskset import MarkovTaskSet, transition, transitions
from .user.sequential_taskset import SequentialTaskSet
from .user.task import TaskSet, tag, task
from .user.users import HttpUser, User
from .user.wait_time import between, constant, constant_pacing, constant_throughput, poisson
from .debug import run_single_user

sys.modules["locust.wait_time"] = wait_time


def __getattr__(name: str) -> Any:
    if name in ("core", "inspectlocust", "web"):  # reached without an import, and worth one only then
        return importlib.import_module(f"locust.{name}")
    raise AttributeError(f"module 'locust' has no attribute {name!r}")


__all__ = [
    "FastHttpUser",
    "HttpLocust",
    "HttpUser",
    "InterruptTaskSet",
    "LoadTestShape",
    "Locust",
    "MarkovTaskSet",
    "RescheduleTask",
    "RescheduleTaskImmediately",
    "ResponseError",
    "SequentialTaskSet",
    "StopUser",
    "TaskSequence",
    "TaskSet",
    "User",
    "__version__",
    "between",
    "constant",
    "constant_pacing",
    "constant_throughput",
    "events",
    "poisson",
    "run_single_user",
    "seq_task",
    "tag",
    "task",
    "transition",
    "transitions",
    "wait_time",
]
