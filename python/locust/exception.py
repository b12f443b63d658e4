"""What a model may raise or catch.

Everything derives directly from `Exception`, so a task's own `except Exception` catches the control-flow
exceptions too; a user is killed with `gevent.GreenletExit`, which is a `BaseException` and is not caught.
"""


class LocustError(Exception):
    """The model uses the API in a way that cannot work."""


class MissingWaitTimeError(LocustError):
    """Neither the task set nor its user says how long to wait between tasks."""


class AuthCredentialsError(ValueError):
    """Malformed credentials (of the 1.x API)."""


class ResponseError(Exception):
    """The response is not what the model expects; raised in a `catch_response` block it marks a failure."""


class CatchResponseError(Exception):
    """Wraps a failure that was given as text to `response.failure("...")`."""


class InterruptTaskSet(Exception):
    """Ends the running task set and hands control back to its parent.

    `reschedule=True` lets the parent choose its next task at once, `False` lets it wait first.
    """

    def __init__(self, reschedule: bool = True) -> None:
        self.reschedule = reschedule


class StopTest(Exception):
    """Ends the whole test when raised while users are being spawned; in a task it ends that user only."""


class StopUser(Exception):
    """Ends the user that raises it, after the `on_stop` methods have run."""


StopLocust = StopUser  # its name until 0.14


class RescheduleTask(Exception):
    """Ends the task, like `return`; the user waits and chooses its next task."""


class RescheduleTaskImmediately(Exception):
    """Ends the task; the user chooses its next task without waiting."""


class RPCError(Exception):
    """The connection between master and worker is broken."""


class RPCSendError(Exception):
    """A message could not be sent."""


class RPCReceiveError(Exception):
    """A message did not arrive whole; `addr` is the peer, when it is known."""

    def __init__(self, *args: object, addr: object = None) -> None:
        super().__init__(*args)
        self.addr = addr


class RunnerAlreadyExistsError(Exception):
    """The environment already has a runner."""
