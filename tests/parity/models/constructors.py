"""Constructors of users and task sets in the signatures that models have."""

from parity_tools import finish_after, step

from locust import HttpUser, TaskSet, User, constant, task
from locust.clients import HttpSession


class Quick(User):
    abstract = True
    fixed_count = 1
    wait_time = constant(0.01)


class Base(Quick):
    abstract = True

    @task
    def work(self):
        step(type(self).__name__, f"{sorted(set(vars(self)) & {'extra', 'options', 'env', 'client'})}")
        finish_after(self, 1)


class ArgsKwargs(Base):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        step("ArgsKwargs", f"{len(args)} {sorted(kwargs)}")


class OnlyArgs(Base):
    def __init__(self, *args):
        super().__init__(*args)
        self.extra = len(args)


class Environment(Base):
    def __init__(self, environment):
        super().__init__(environment)
        self.options = environment.parsed_options


class NamedParent(Base):
    def __init__(self, parent):
        super(NamedParent, self).__init__(parent)  # noqa: UP008
        self.extra = parent is self.environment


class NamedEnv(Base):
    def __init__(self, env, *, optional=3, **more):
        User.__init__(self, env)
        self.env = env
        self.extra = optional


class Before(Base):
    """Sets attributes before it calls the constructor of the base."""

    def __init__(self, *args, **kwargs):
        self.extra = "before"
        super().__init__(*args, **kwargs)


class New(Base):
    def __new__(cls, *args, **kwargs):
        made = super().__new__(cls)
        made.extra = "from __new__"
        return made


class Slotted(Base):
    __slots__ = ("slot",)

    def __init__(self, environment):
        super().__init__(environment)
        self.slot = 1
        self.extra = self.slot


class OwnClient(Base):
    def __init__(self, environment):
        super().__init__(environment)
        self.client = {"a": "dict"}


class Web(HttpUser):
    abstract = True
    fixed_count = 1
    wait_time = constant(0.01)

    @task
    def work(self):
        step(type(self).__name__, f"{self.client.get('/hello').status_code} {type(self.client).__name__}")
        finish_after(self, 1)


class ChangedClient(Web):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.client.headers["X-User"] = type(self).__name__
        self.client.verify = False
        self.client.own = self


class ReplacedClient(Web):
    def __init__(self, environment):
        super().__init__(environment)
        self.client = HttpSession(base_url=self.host, request_event=environment.events.request, user=self)


class HostInConstructor(Web):
    def __init__(self, environment):
        self.host = environment.host + "/item/1?x="
        super().__init__(environment)


class Steps(TaskSet):
    def __init__(self, parent):
        super().__init__(parent)
        step(type(parent).__name__, f"task set {self.user is parent} {self.parent is parent}")

    @task
    class Inner(TaskSet):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            owner = type(self.user).__name__
            step(owner, f"inner {len(args)} {sorted(kwargs)} {type(self.parent).__name__}")

        @task
        def work(self):
            finish_after(self.user, 2)
            self.interrupt()


class WithTaskSets(Quick):
    tasks = [Steps]


class Counted(Quick):
    """Numbers its instances, as models do to hand out identities."""

    fixed_count = 3
    number = 0

    def __init__(self, environment):
        super().__init__(environment)
        Counted.number += 1
        self.number = Counted.number

    @task
    def work(self):
        step(f"Counted {self.number}", "works")
        finish_after(self, 1)
