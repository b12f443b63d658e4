"""One run, from the options to the exit code: find models, settle weights, start helpers, run, clean up."""

from __future__ import annotations

import importlib.util
import logging
import os
import signal
import sys
import traceback
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import gevent

import locust
import locust.log
import locust.main
import nest_engine
from locust import _forks
from locust._report.outputs import require_csv_files
from locust._texts import text_of
from locust.argument_parser import model_arguments_help
from locust.env import Environment
from locust.opentelemetry import setup_opentelemetry
from locust.stats import validate_stats_configuration

from . import weights as weighing
from .cli.help import help_text, terminal_width, version_text
from .cli.reading import NO_WEB_INTERFACE, CommandLine
from .cli.version import FOLLOWED_VERSION
from .dependencies import Dependencies
from .discovery import Models, discover, duplicates, find_locustfiles, find_model_files
from .environment import make_environment
from .errors import usage_error
from .http import network
from .http.versions import check_options
from .isolation import ModelImporter
from .listing import print_ratios, print_users
from .output import show
from .virtual_environment import warning_about_environment
from .weights import Weighted
from .wizard import Wizard

logger = logging.getLogger(__name__)
# By the name that these messages have in Locust.
run_logger = logging.getLogger("locust.main")

DEFAULT_MODEL_DIR = "models"
DEFAULT_LOCUSTFILE = "locustfile.py"
DEFAULT_CONFIG_FILE = "config.json"
DEPENDENCIES_LOG = "dependencies.log"


def run(arguments: Sequence[str], program: str) -> int:
    """Do what the arguments ask of `program`; returns the process's exit code. Called once, by the binary.

    Mistakes of the user become one line on stderr. sys.exit of a model ends the run with its status."""
    name = "locust" if os.path.basename(program) == "locust" else "locust-nest"
    try:
        line = CommandLine(arguments, program)
        with _ended_by_signals((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), Interrupted):
            return _QUESTIONS.get(line.asked, _run)(line)
    except nest_engine.UsageError as error:
        print(f"{name}: error: {error}", file=sys.stderr, flush=True)
        return error.exit_code
    except KeyboardInterrupt as interrupt:
        _forks.leave_if_child(interrupt)
        # At a prompt or in an import; while users run it is the runner's business.
        number = interrupt.number if isinstance(interrupt, Interrupted) else signal.SIGINT
        if number == signal.SIGINT:
            print(file=sys.stderr)  # behind the terminal's ^C
            _say("interrupted")
        else:
            _say(f"ended by {signal.Signals(number).name}")
        return 128 + number
    except SystemExit as exit_request:
        return _exit_code(exit_request)


def _show_help(line: CommandLine) -> int:
    width, section = terminal_width(), ""
    try:
        if line.locustfiles or line.model_dirs:
            _discover(line, Wizard())
            section = model_arguments_help(locust.events, width)
    except nest_engine.UsageError as error:
        _say(f"the options of the models are missing below: {error}")
    show(help_text(line.ours, width, section))
    return 0


def _show_version(line: CommandLine) -> int:
    show(version_text(line.ours, nest_engine.__version__, FOLLOWED_VERSION))
    return 0


_QUESTIONS = {"help": _show_help, "version": _show_version}


def _run(line: CommandLine) -> int:
    wizard = Wizard()
    models = _discover(line, wizard)
    options = line.read(locust.events)
    options.model_dirs, options.locustfiles = line.model_dirs, line.locustfiles
    _check(line, options)
    _set_up_logging(options)
    exported = options.otel and setup_opentelemetry(options.locustfile, options.profile)
    run_logger.info(f"Starting Locust {locust.__version__}{', OpenTelemetry enabled' if exported else ''}")
    if options.list_commands:
        print_users(user.display_name for user in models.users)
        return 0
    _require_something_to_run(line, models)
    users, tasksets, config = _weighed(line, options, models)
    if options.show_task_ratio or options.show_task_ratio_json:
        print_ratios(make_environment(line, options, models, users, tasksets), options)
        return 0
    if not options.headless and not line.own.configure:
        raise usage_error(NO_WEB_INTERFACE)
    if wrong := network.check_user_classes(user.member.cls for user in users):
        raise usage_error(wrong)
    require_csv_files(options.csv_prefix)
    if not _settle(line, wizard, users, tasksets, options.json):
        return 0
    environment = make_environment(line, options, models, users, tasksets)
    dependencies = Dependencies(DEPENDENCIES_LOG)
    try:
        dependencies.start(config.dependencies if config else [], _on_death(environment))
        # The test takes care of signals itself while it runs.
        with _ended_by_signals((signal.SIGTERM, signal.SIGHUP), lambda number: SystemExit(128 + number)):
            return locust.main.run_test(environment, options)
    finally:
        _forks.leave_if_child(sys.exc_info()[1])
        dependencies.stop()


def _weighed(
    line: CommandLine, options: Namespace, models: Models
) -> tuple[list[Weighted], list[Weighted], nest_engine.NestConfig | None]:
    """The chosen user classes and TaskSets with their weights, and the configuration that has these."""
    config = _load_config(line)
    users, tasksets = weighing.resolve(models.users, models.tasksets, config, models.unavailable)
    # A TaskSet that users run already takes part only if the configuration says so.
    tasksets = [taskset for taskset in tasksets if taskset.runs or taskset.member.default_weight]
    if not line.own.include_tasksets:
        tasksets = []
    return _selected(users, options.user_classes), tasksets, config


def _check(line: CommandLine, options: Namespace) -> None:
    """What no single option can tell."""
    if options.stats_history_enabled and not options.csv_prefix:
        raise usage_error("--csv-full-history needs --csv, which names the files")
    validate_stats_configuration()
    network.use_options(line.own)
    check_options(options)


def _set_up_logging(options: Namespace) -> None:
    if options.skip_log_setup:
        return
    try:
        locust.log.setup_logging(options.loglevel, options.logfile)
    except (ValueError, OSError) as error:
        raise usage_error(f"cannot set up logging: {error}") from error


def _discover(line: CommandLine, wizard: Wizard) -> Models:
    """The models that the command line means, imported."""
    _settle_places(line, wizard)
    if warning := warning_about_environment():
        _say(f"warning: {warning}")
    _import_plugins()
    files = find_locustfiles(line.locustfiles)
    known = {file.path for file in files}
    files += [file for file in find_model_files(line.model_dirs) if file.path not in known]
    if not files:
        raise usage_error(f"no model files (*.py) in {_places(line)}", 1)
    # Stays in force: tasks import modules while they run.
    importer = ModelImporter()
    importer.install()
    models = discover(files, importer, _say)
    for failure in models.failures:
        _say(f"cannot import {failure}")
        if line.debug and failure.error is not None:
            traceback.print_exception(failure.error)
    if models.failures and line.locustfiles:
        raise _failures(models)  # whoever names a file means that file
    if line.locustfiles and not line.model_dirs and (problem := duplicates(models)):
        print(problem, file=sys.stderr)
        raise SystemExit(1)
    return models


def _import_plugins() -> None:
    """What Locust imports too, if it is installed: its users and options."""
    if importlib.util.find_spec("locust_plugins") is None:
        return
    try:
        importlib.import_module("locust_plugins")
    except Exception as error:
        _say(f"locust_plugins is installed and cannot be imported: {text_of(error)}")


def _failures(models: Models) -> nest_engine.UsageError:
    return usage_error(
        f"{_count(models.failures, 'model file')} could not be imported", models.failures[0].exit_code or 1
    )


def _places(line: CommandLine) -> str:
    return ", ".join([*line.locustfiles, *line.model_dirs])


def _settle_places(line: CommandLine, wizard: Wizard) -> None:
    """Where the models are if the command line does not say so."""
    if line.locustfiles or line.model_dirs:
        return
    if line.ours and os.path.isdir(DEFAULT_MODEL_DIR):
        line.model_dirs = [DEFAULT_MODEL_DIR]
    elif not line.ours or os.path.isfile(DEFAULT_LOCUSTFILE):
        line.locustfiles = [DEFAULT_LOCUSTFILE]
    elif _stdin_is_terminal():
        line.model_dirs = [wizard.model_directory()]
    else:
        options = line.read(locust.events)  # what is wrong with the rest is of more use
        if not options.headless and not line.own.configure:
            raise usage_error(NO_WEB_INTERFACE)
        raise usage_error(
            f"no models: there is no directory '{DEFAULT_MODEL_DIR}' and no {DEFAULT_LOCUSTFILE} here. Name a "
            "directory with -d DIR, a file with -f FILE, or write an example with 'locust-nest init'"
        )


def _require_something_to_run(line: CommandLine, models: Models) -> None:
    if models.failures and line.own.strict:
        raise _failures(models)
    if models.users or (line.own.include_tasksets and models.tasksets):
        return
    found = f"No User class found! There is none in {_places(line)}: {_count(models.files, 'file')}"
    if models.failures:
        found += f", of which {len(models.failures)} could not be imported"
    if models.tasksets:
        found += f"; {_count(models.tasksets, 'TaskSet')} would run with --include-tasksets"
    raise usage_error(found, 1)


def _load_config(line: CommandLine) -> nest_engine.NestConfig | None:
    path = line.own.config_file
    # A file of so common a name beside a plain locustfile is rather the model's own.
    if not path and not line.locustfiles and os.path.exists(DEFAULT_CONFIG_FILE):
        path = DEFAULT_CONFIG_FILE
    # To be made by --configure.
    if not path or (line.own.configure and not os.path.exists(path)):
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
        run_logger.error(f"Unknown User(s): {', '.join(unknown)}")
        raise SystemExit(1)
    return selected


def _settle(
    line: CommandLine, wizard: Wizard, users: list[Weighted], tasksets: list[Weighted], json: bool
) -> bool:
    """Lets the user change, see and confirm the weights; returns whether to run.

    `-f` with nothing of ours beside it is a plain Locust run: nothing is printed or asked."""
    own = line.own
    if own.configure:
        config_file = own.config_file or DEFAULT_CONFIG_FILE
        wizard.configure(users, tasksets)
        print(weighing.table(users, tasksets))
        wizard.offer_to_save(config_file, users, tasksets, own.assume_yes)
        return own.assume_yes or wizard.confirm("Run now?")
    if line.locustfiles and not (line.model_dirs or own.config_file or own.include_tasksets):
        return True
    # With --json, stdout is for a program to read.
    table = f"{weighing.table(users, tasksets)}\n"
    if json:
        print(table, end="", flush=True, file=sys.stderr)
    else:
        show(table)
    return own.assume_yes or not _stdin_is_terminal() or wizard.confirm("Run these?")


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


class Interrupted(KeyboardInterrupt):
    """A signal that ends the program while no test runs."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def _ended_by_signals(
    numbers: Sequence[signal.Signals], exception: Callable[[int], BaseException]
) -> Iterator[None]:
    """The signals raise `exception(number)` in the main greenlet, so that what was begun is ended in order.

    A signal that is ignored (nohup) stays ignored."""
    main, hub = gevent.getcurrent(), gevent.get_hub()

    def end(number: int, frame: FrameType | None) -> None:
        if gevent.getcurrent() is main:
            raise exception(number)
        # Whatever greenlet runs just now is not the one to end.
        hub.loop.run_callback_threadsafe(gevent.kill, main, exception(number))

    before = {
        number: _forks.set_signal_handler(number, end)
        for number in numbers
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
    print(text_of(code), file=sys.stderr)
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
