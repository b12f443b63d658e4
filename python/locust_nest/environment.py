"""From what was found and chosen to the environment of the run."""

from __future__ import annotations

import logging
import os
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

import locust
import locust.main
from locust.env import Environment
from locust.user.users import shown_name

from . import old_options
from . import weights as weighing
from .cli.reading import CommandLine
from .discovery import Models, shown_path
from .errors import usage_error
from .nest_taskset import make_nest_user
from .weights import Weighted

logger = logging.getLogger(__name__)
# By the name that this message has in Locust.
run_logger = logging.getLogger("locust.main")

CONFIG_USERS_FAILED = 255


def make_environment(
    line: CommandLine,
    options: Namespace,
    models: Models,
    users: list[Weighted],
    tasksets: list[Weighted],
) -> Environment:
    """The environment of a run of the users, with the TaskSets as tasks of one more; `options` are all options."""
    user_classes = _user_classes(line, options.host, users, tasksets)
    paths = [shown_path(file.path) for file in models.files]
    # Locust knows of several files only the first.
    named = paths[:1] if line.locustfiles else paths
    shape = _shape(options, models.shapes)
    all_classes = [*(user.cls for user in models.users), *user_classes]
    environment = locust.main.create_environment(
        user_classes,
        options,
        locust.events,
        shape,
        locustfile=",".join(os.path.basename(path) for path in named),
        parsed_locustfiles=paths,
        available_user_classes={shown_name(user_class): user_class for user_class in all_classes},
        available_shape_classes={type(shape).__name__: shape} if shape else None,
    )
    environment.stats.max_rows = line.own.max_stats_rows
    _configure_users(environment, options)
    old_options.limit_requests(environment, options)
    if options.equal_weights:
        # Behind the listeners of the models, which may choose other classes.
        locust.events.init.add_listener(lambda **_: environment.assign_equal_weights())
    return environment


def _user_classes(
    line: CommandLine, host: str | None, users: list[Weighted], tasksets: list[Weighted]
) -> list[Any]:
    user_classes = weighing.apply(users)
    running = [(taskset.member.cls, taskset.weight) for taskset in tasksets if taskset.runs]
    if running:
        nest_user: Any = make_nest_user(running)
        nest_user.host = host or _common_host(user_classes)
        if any(user.member.display_name == nest_user.__name__ for user in users):
            nest_user._shown_name = f"{nest_user.__name__} (TaskSets)"
        user_classes.append(nest_user)
    elif line.own.include_tasksets:
        logger.warning("There is no loose TaskSet to include")
    if not user_classes:
        raise usage_error("nothing to run: every class has the weight 0", 1)
    return user_classes


def _common_host(user_classes: Sequence[Any]) -> str:
    """The one server that all users test: that of the TaskSets too, unless --host names another."""
    hosts = {user_class.host for user_class in user_classes if user_class.host}
    if len(hosts) == 1:
        return hosts.pop()
    problem = f"the users' hosts differ ({', '.join(sorted(hosts))})" if hosts else "no user has a host"
    raise usage_error(f"TaskSets run in an HTTP user, and {problem}: name the server with --host")


def _shape(options: Namespace, shapes: Sequence[Any]) -> Any:
    """The load shape in force, if any: the first of the locustfiles, as with Locust.

    A directory of unrelated models is another matter: the shape of one model rules them all only if it is the
    only one, and the command line does not say how many users to run."""
    if old_options.asks_for_steps(options):
        return old_options.step_load(options)
    if not shapes:
        return None
    if options.model_dirs and (len(shapes) > 1 or options.num_users is not None):
        names = ", ".join(sorted(shape.__name__ for shape in shapes))
        reason = "there are several" if len(shapes) > 1 else "--users says how many users to run"
        logger.warning("Not used in this run: LoadTestShape %s (%s)", names, reason)
        return None
    try:
        return shapes[0]()
    except Exception as error:
        raise usage_error(f"cannot make the LoadTestShape {shapes[0].__name__}: {error!r}", 1) from error


def _configure_users(environment: Environment, options: Namespace) -> None:
    """Sets what --config-users says."""
    for settings in (each for group in options.config_users or () for each in group):
        try:
            environment.update_user_class(settings)
        except KeyError as error:
            run_logger.error(f"Error applying user config: there is no user class {error} in the models")
            raise SystemExit(CONFIG_USERS_FAILED) from error
