"""One run, from the options to the exit code: find models, settle weights, start helpers, run, clean up."""

from __future__ import annotations

import logging
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import gevent

import locust
import locust.log
import locust.main
import nest_engine
from locust.argument_parser import model_arguments_help, parsed_options
from locust.env import Environment
from locust.user.users import shown_name

from . import weights as weighing
from .dependencies import Dependencies
from .discovery import Models, discover, find_locustfiles, find_model_files, shown_path
from .errors import usage_error
from .isolation import ModelImporter
from .nest_taskset import make_nest_user
from .weights import Weighted
from .wizard import Wizard

logger = logging.getLogger(__name__)

DEFAULT_MODEL_DIR = "models"
DEFAULT_CONFIG_FILE = "config.json"
DEPENDENCIES_LOG = "dependencies.log"
INTERRUPTED = 130


def run(options: nest_engine.Options) -> int:
    """Does what the options ask for; returns the process's exit code. Called once, by the binary.

    Mistakes of the user become one line on stderr. sys.exit of a model ends the run with its status."""
    return _guarded(_run, options)


def show_help(options: nest_engine.Options) -> int:
    """Prints the help with the options that the models add; returns the exit code. Called by the binary."""
    return _guarded(_show_help, options)


def _guarded(step: Callable[[nest_engine.Options], int], options: nest_engine.Options) -> int:
    try:
        return step(options)
    except nest_engine.UsageError as error:
        print(f"{options.program}: error: {error}", file=sys.stderr, flush=True)
        return error.exit_code
    except KeyboardInterrupt:
        # At a prompt or in an import; while users run it is the runner's business.
        print(file=sys.stderr)
        _say("interrupted")
        return INTERRUPTED
    except SystemExit as exit_request:
        return _exit_code(exit_request)


def _show_help(options: nest_engine.Options) -> int:
    text, section = options.text, ""
    try:
        _discover(options, Wizard())
        section = model_arguments_help(locust.events)
    except nest_engine.UsageError as error:
        _say(f"the options of the models are missing below: {error}")
    if section:
        before, examples, after = text.partition("Examples:\n")
        text = f"{before}{section}\n{examples}{after}"
    print(text, end="", flush=True)
    return 0


def _run(options: nest_engine.Options) -> int:
    _set_up_logging(options)
    wizard = Wizard()
    config = _load_config(options)
    models = _discover(options, wizard)
    parsed = parsed_options(options, locust.events)
    users, tasksets = weighing.resolve(models.users, models.tasksets, config, models.unavailable)
    # A TaskSet that users run already takes part only if the configuration says so.
    tasksets = [taskset for taskset in tasksets if taskset.runs or taskset.member.default_weight]
    if not options.include_tasksets:
        tasksets = []
    users = _selected(users, parsed.user_classes)
    if not _settle(options, wizard, users, tasksets):
        return 0
    user_classes = _user_classes(options, users, tasksets)
    environment = _environment(parsed, models, user_classes)
    dependencies = Dependencies(DEPENDENCIES_LOG)
    with _ended_by_signals():
        try:
            dependencies.start(config.dependencies if config else [], _on_death(environment))
            return locust.main.run_test(environment, parsed)
        finally:
            dependencies.stop()


def _set_up_logging(options: nest_engine.Options) -> None:
    if options.skip_log_setup:
        return
    try:
        locust.log.setup_logging(options.loglevel, options.logfile)
    except (ValueError, OSError) as error:
        raise usage_error(f"cannot set up logging: {error}") from error


def _discover(options: nest_engine.Options, wizard: Wizard) -> Models:
    files = find_locustfiles(options.locustfiles)
    model_dirs = [] if options.locustfiles and not options.model_dirs else _model_dirs(options, wizard)
    known = {file.path for file in files}
    files += [file for file in find_model_files(model_dirs) if file.path not in known]
    places = ", ".join([*options.locustfiles, *model_dirs])
    if not files:
        raise usage_error(f"no model files (*.py) in {places}", 1)
    # Stays in force: tasks import modules while they run.
    importer = ModelImporter()
    importer.install()
    models = discover(files, importer, _say)
    for failure in models.failures:
        _say(f"cannot import {failure}")
    if models.failures and (options.strict or options.locustfiles):
        # Whoever names a file means that file; --strict means all of them.
        raise usage_error(f"{_count(models.failures, 'model file')} could not be imported", 1)
    _require_something_to_run(options, models, places)
    return models


def _model_dirs(options: nest_engine.Options, wizard: Wizard) -> Sequence[str]:
    if options.model_dirs:
        return options.model_dirs
    if os.path.isdir(DEFAULT_MODEL_DIR):
        return [DEFAULT_MODEL_DIR]
    if _stdin_is_terminal():
        return [wizard.model_directory()]
    raise usage_error(
        f"no models: give their directory with --model_dir, or put them into {DEFAULT_MODEL_DIR}/"
        " (a single locustfile: -f)",
        1,
    )


def _require_something_to_run(options: nest_engine.Options, models: Models, places: str) -> None:
    if models.users or (options.include_tasksets and models.tasksets):
        return
    found = f"No User class found in {places}: {_count(models.files, 'file')}"
    if models.failures:
        found += f", of which {len(models.failures)} could not be imported"
    if models.tasksets:
        found += f"; {_count(models.tasksets, 'TaskSet')} would run with --include-tasksets"
    raise usage_error(found, 1)


def _load_config(options: nest_engine.Options) -> nest_engine.NestConfig | None:
    path = options.config_file
    # A file of so common a name beside a plain locustfile is rather the model's own.
    if not path and not options.locustfiles and os.path.exists(DEFAULT_CONFIG_FILE):
        path = DEFAULT_CONFIG_FILE
    # To be made by --configure.
    if not path or (options.configure and not os.path.exists(path)):
        return None
    config = nest_engine.load_nest_config(path)
    for warning in config.warnings:
        _say(f"warning: {warning}")
    return config


def _selected(users: list[Weighted], names: Sequence[str]) -> list[Weighted]:
    """The users with one of the names: the class, the name shown, or file:class. All without names."""
    if not names:
        return users
    selected, unknown = [], []
    for name in names:
        meant = [
            user
            for user in users
            if name
            in (user.member.name, user.member.display_name, f"{user.member.file.name}:{user.member.name}")
        ]
        selected += [user for user in meant if user not in selected]
        if not meant:
            unknown.append(name)
    if unknown:
        raise usage_error(f"Unknown User(s): {', '.join(unknown)}", 1)
    return selected


def _settle(
    options: nest_engine.Options, wizard: Wizard, users: list[Weighted], tasksets: list[Weighted]
) -> bool:
    """Lets the user change, see and confirm the weights; returns whether to run.

    `-f` with nothing of the wrapper's beside it is a plain Locust run: nothing is printed or asked."""
    if options.configure:
        config_file = options.config_file or DEFAULT_CONFIG_FILE
        wizard.configure(users, tasksets)
        print(weighing.table(users, tasksets))
        wizard.offer_to_save(config_file, users, tasksets, options.assume_yes)
        return options.assume_yes or wizard.confirm("Run now?")
    if options.locustfiles and not (options.model_dirs or options.config_file or options.include_tasksets):
        return True
    print(weighing.table(users, tasksets), flush=True)
    return options.assume_yes or not _stdin_is_terminal() or wizard.confirm("Run these?")


def _user_classes(options: nest_engine.Options, users: list[Weighted], tasksets: list[Weighted]) -> list[Any]:
    user_classes = weighing.apply(users)
    running = [(taskset.member.cls, taskset.weight) for taskset in tasksets if taskset.runs]
    if running:
        nest_user: Any = make_nest_user(running)
        nest_user.host = options.host or _common_host(user_classes)
        if any(user.member.display_name == nest_user.__name__ for user in users):
            nest_user._shown_name = f"{nest_user.__name__} (TaskSets)"
        user_classes.append(nest_user)
    elif options.include_tasksets:
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


def _environment(options: Namespace, models: Models, user_classes: list[Any]) -> Environment:
    paths = [shown_path(file.path) for file in models.files]
    shape = _shape(options, models.shapes)
    return locust.main.create_environment(
        user_classes,
        options,
        locust.events,
        shape,
        locustfile=",".join(os.path.basename(path) for path in paths),
        parsed_locustfiles=paths,
        available_user_classes={shown_name(user_class): user_class for user_class in user_classes},
        available_shape_classes={type(shape).__name__: shape} if shape else None,
    )


def _shape(options: Namespace, shapes: Sequence[Any]) -> Any:
    """The load shape in force, if any: the first of the locustfiles, as with Locust.

    A directory of unrelated models is another matter: the shape of one model rules them all only if it is the
    only one, and the command line does not say how many users to run."""
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


def _on_death(environment: Environment) -> Callable[[str, str], None]:
    """What the death of a required helper does: the run ends, with its results and exit code 1."""

    def end_run(name: str, reason: str) -> None:
        logger.error("Dependency '%s' %s: the run ends", name, reason)
        environment.process_exit_code = 1
        if environment.runner is not None:
            environment.runner.quit()
        else:
            environment.events.init.add_listener(lambda runner, **_: runner.quit())

    return end_run


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the main greenlet like sys.exit, so that the helper processes are stopped.

    The test takes SIGTERM over while it runs. A signal that is ignored (nohup) stays ignored."""
    main, loop = gevent.getcurrent(), gevent.get_hub().loop

    def end(number: int, frame: FrameType | None) -> None:
        # Whatever greenlet runs just now is not the one to end.
        loop.run_callback_threadsafe(gevent.kill, main, SystemExit(128 + number))

    before = {
        number: signal.signal(number, end)
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit_code(exit_request: SystemExit) -> int:
    code = exit_request.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def _stdin_is_terminal() -> bool:
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:  # closed
        return False


def _count(things: Sequence[object], noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"


def _say(line: str) -> None:
    print(f"locust-nest: {line}", file=sys.stderr, flush=True)
