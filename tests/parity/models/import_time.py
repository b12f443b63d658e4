"""What models do while they are imported: threads, greenlets, HTTP, processes, handlers, limits, paths."""

import atexit
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import gevent
import requests
from gevent import monkey
from parity_tools import finish_after, trace

from locust import HttpUser, constant, events, task

monkey.patch_all()
gevent.monkey.patch_all(thread=False)
resource.setrlimit(resource.RLIMIT_NOFILE, resource.getrlimit(resource.RLIMIT_NOFILE))
sys.path.append(os.path.join(os.path.dirname(__file__), "shop"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
os.environ.setdefault("SHOP_REGION", "north")

HOST = os.environ["PARITY_HOST"]
beats = []


def beat():
    while True:
        beats.append(time.monotonic())
        time.sleep(0.02)


thread = threading.Thread(target=beat, daemon=True)
thread.start()
greenlet = gevent.spawn(beat)
time.sleep(0.1)
trace(f"beats {len(beats) >= 2}")
trace(f"requests {requests.get(HOST + '/hello', timeout=10).status_code}")
with urllib.request.urlopen(HOST + "/json", timeout=10) as answer:
    trace(f"urllib {answer.status}")
trace(f"subprocess {subprocess.check_output(['echo', 'out'], text=True).strip()}")
trace(f"patched {monkey.is_module_patched('socket')} {monkey.is_module_patched('threading')}")
trace(f"input {sys.stdin.readline()!r} {sys.stdin.isatty()}")
atexit.register(lambda: print("atexit"))
signal.signal(signal.SIGUSR1, lambda *_: trace("SIGUSR1"))
trace(f"arguments {[one for one in sys.argv if one in ('--headless', '--only-summary')]}")
trace(f"main {sys.modules['__main__'] is sys.modules.get(__name__)} {__name__}")


class Visitor(HttpUser):
    wait_time = constant(0.01)

    @task
    def visit(self):
        os.kill(os.getpid(), signal.SIGUSR1)
        time.sleep(0.05)
        self.client.get("/hello")
        finish_after(self, 1)


@events.init.add_listener
def init(environment, web_ui, **kwargs):
    if environment.web_ui:

        @environment.web_ui.app.route("/own")
        def own():
            return "own"

    if web_ui is None:
        trace("no web page")
    environment.create_time = time.time()


@events.quitting.add_listener
def quitting(**kwargs):
    trace(f"thread {thread.is_alive()} greenlet {not greenlet.dead} region {os.environ['SHOP_REGION']}")
    greenlet.kill()
