"""`--otel`: what a run measures and logs, as OpenTelemetry data.

Where it goes is said by that project's own environment variables: OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER and
OTEL_LOGS_EXPORTER (`otlp`, `console` or `none`, several with commas), OTEL_EXPORTER_OTLP_ENDPOINT and its like.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from locust_nest.tracing import trace_other_clients, trace_sessions

from . import events
from ._version import version
from .log import HOSTNAME
from .runners import MasterRunner, WorkerRunner

__all__ = [
    "MAX_REQUEST_NAMES",
    "MasterRunner",
    "WorkerRunner",
    "events",
    "logger",
    "request_names",
    "setup_opentelemetry",
]

logger = logging.getLogger(__name__)

# Each name is a time series of its own: names that come later are one.
MAX_REQUEST_NAMES = 20
request_names: set[str] = set()
_OTHER_NAMES = "Too many unique request names"

# Of each signal: the module and the class of its exporter by OTLP, and of the one to the console.
_OTLP = {
    "traces": ("trace_exporter", "OTLPSpanExporter"),
    "metrics": ("metric_exporter", "OTLPMetricExporter"),
    "logs": ("_log_exporter", "OTLPLogExporter"),
}
_CONSOLE = {
    "traces": ("opentelemetry.sdk.trace.export", ("ConsoleSpanExporter",)),
    "metrics": ("opentelemetry.sdk.metrics.export", ("ConsoleMetricExporter",)),
    "logs": ("opentelemetry.sdk._logs.export", ("ConsoleLogRecordExporter", "ConsoleLogExporter")),
}
_PROTOCOLS = {"grpc": "grpc", "http/protobuf": "http"}


def setup_opentelemetry(locustfile: str, profile: str | None) -> bool:
    """Export requests as traces, their times and the numbers of users as metrics, and the log, from now on.

    `locustfile` and `profile` tell runs apart. Without the packages an error is logged, and the answer is False.
    """
    if importlib.util.find_spec("opentelemetry") is None or not _is_there("opentelemetry.sdk"):
        logger.error(
            "--otel needs the package opentelemetry-sdk, which is not installed: nothing is exported"
        )
        return False
    from opentelemetry.sdk.resources import Resource

    attributes = {
        "service.name": os.environ.get("OTEL_SERVICE_NAME", "locust"),
        "service.version": version,
        "host.name": HOSTNAME,
        "filename": locustfile,
    }
    if profile:
        attributes["profile"] = profile
    resource = Resource.create(attributes)
    if exporters := list(_exporters("traces")):
        _export_traces(resource, exporters)
    if exporters := list(_exporters("metrics")):
        _export_metrics(resource, exporters)
    if exporters := list(_exporters("logs")):
        _export_logs(resource, exporters)
    return True


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _exporters(signal: str) -> Iterator[Any]:
    for name in os.environ.get(f"OTEL_{signal.upper()}_EXPORTER", "otlp").split(","):
        match name.strip().lower():
            case "none" | "":
                pass
            case "console":
                module, names = _CONSOLE[signal]
                yield _first_of(importlib.import_module(module), names)()
            case "otlp":
                yield from _otlp_exporter(signal)
            case _:
                logger.warning(f"Unknown {signal} exporter {name.strip()!r}: it is left out")


def _first_of(module: Any, names: Iterable[str]) -> Any:
    return next(getattr(module, name) for name in names if hasattr(module, name))


def _otlp_exporter(signal: str) -> Iterator[Any]:
    variable = "OTEL_EXPORTER_OTLP_PROTOCOL"
    protocol = os.environ.get(f"OTEL_EXPORTER_OTLP_{signal.upper()}_PROTOCOL") or os.environ.get(variable)
    kind = _PROTOCOLS.get(protocol or "grpc")
    if kind is None:
        logger.warning(f"Unknown protocol {protocol!r} of OTLP: 'grpc' and 'http/protobuf' are known")
        return
    module, name = _OTLP[signal]
    package = f"opentelemetry-exporter-otlp-proto-{kind}"
    try:
        exporter = importlib.import_module(f"opentelemetry.exporter.otlp.proto.{kind}.{module}")
    except ImportError:
        logger.warning(f"The export of {signal} needs the package {package}, which is not installed")
        return
    yield getattr(exporter, name)()


def _export_traces(resource: Any, exporters: Iterable[Any]) -> None:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=resource)
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    trace_sessions(provider.get_tracer("locust", version))
    trace_other_clients()


def _export_metrics(resource: Any, exporters: Iterable[Any]) -> None:
    from opentelemetry import metrics
    from opentelemetry.metrics import Observation
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    readers = [PeriodicExportingMetricReader(exporter) for exporter in exporters]
    provider = MeterProvider(resource=resource, metric_readers=readers)
    metrics.set_meter_provider(provider)
    meter = provider.get_meter("locust", version)
    durations = meter.create_histogram("locust.client.duration", "s", "Time to the last byte of a response")
    runners: list[Any] = []

    def on_request(name: str, response_time: float | None, exception: Any = None, **_: Any) -> None:
        if response_time is not None:
            attributes = {"name": _counted_name(name)}
            if exception:
                attributes["error.type"] = type(exception).__name__
            durations.record(response_time / 1000, attributes)

    def users(_: Any) -> Iterator[Any]:
        for runner in runners[-1:]:
            for user_class, count in runner.user_classes_count.items():
                yield Observation(count, {"user_class": user_class})

    meter.create_observable_gauge("locust.users.count", [users], "{user}", "Users that run")
    events.request.add_listener(on_request)
    events.init.add_listener(lambda runner, **_: runners.append(runner))


def _counted_name(name: str) -> str:
    if name not in request_names:
        if len(request_names) >= MAX_REQUEST_NAMES:
            return _OTHER_NAMES
        request_names.add(name)
    return name


def _export_logs(resource: Any, exporters: Iterable[Any]) -> None:
    from opentelemetry._logs import set_logger_provider
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    provider = LoggerProvider(resource=resource)
    for exporter in exporters:
        provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    set_logger_provider(provider)
    handler = _logging_handler()(level=logging.NOTSET, logger_provider=provider)
    logging.getLogger().addHandler(handler)
    own = logging.getLogger("locust")
    if not own.propagate:
        own.addHandler(handler)


def _logging_handler() -> Any:
    try:
        from opentelemetry.instrumentation.logging.handler import LoggingHandler
    except ImportError:
        from opentelemetry.sdk._logs import LoggingHandler
    else:
        return LoggingHandler
    warnings.filterwarnings("ignore", message="`LoggingHandler`", category=DeprecationWarning)
    return LoggingHandler
