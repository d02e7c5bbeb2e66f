"""Traces and metrics through OpenTelemetry's API; they go nowhere unless a collector is named."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

NAME = "cabin.support"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


class Telemetry:
    """Counts and times requests, and wraps what the desk does in spans. No words of anybody are attached.

    Without the optional OpenTelemetry packages nothing is measured and nothing fails.
    """

    def __init__(self, tracer: Any = None, meter: Any = None) -> None:
        self._tracer = tracer
        self._seconds = meter and meter.create_histogram(
            "http.server.request.duration", unit="s", description="Duration of HTTP server requests."
        )
        self._outcomes = meter and meter.create_counter(
            "cabin.support.answers", unit="{answer}", description="Answers by outcome and manual."
        )

    @classmethod
    def from_environment(cls) -> "Telemetry":
        """The process's own OpenTelemetry; exported when OTEL_EXPORTER_OTLP_ENDPOINT names a collector."""
        try:
            from opentelemetry import metrics, trace

            if os.environ.get(ENDPOINT):
                _export()
        except ImportError:
            return cls()
        return cls(trace.get_tracer(NAME), metrics.get_meter(NAME))

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One finished request."""
        if self._seconds:
            told = {"http.request.method": method, "http.route": route, "http.response.status_code": status}
            self._seconds.record(seconds, told)

    @contextmanager
    def serving(self, method: str, headers: Mapping[str, str]) -> Iterator[Callable[[str, int], None]]:
        """A span around a request, part of the caller's trace where ``headers`` name one; what it gives is told the
        route's pattern and the status.
        """
        if not self._tracer:
            yield lambda route, status: None
            return
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind, StatusCode

        with self._tracer.start_as_current_span(method, context=extract(headers), kind=SpanKind.SERVER) as span:
            span.set_attribute("http.request.method", method)

            def finished(route: str, status: int) -> None:
                span.update_name(f"{method} {route}".strip())
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", status)
                if status >= 500:
                    span.set_status(StatusCode.ERROR)

            yield finished

    def answered(self, outcome: str, pack: str) -> None:
        """One answer."""
        if self._outcomes:
            self._outcomes.add(1, {"outcome": outcome, "pack": pack})

    @contextmanager
    def span(self, name: str) -> Iterator[Callable[[str, str | int | float], None]]:
        """A span around a piece of work; what it gives sets an attribute."""
        if not self._tracer:
            yield lambda key, value: None
            return
        with self._tracer.start_as_current_span(name) as span:
            yield span.set_attribute


def _export() -> None:
    """Set up the SDK with OTLP exporters, which read the usual OTEL_ variables."""
    from opentelemetry import metrics, trace
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": NAME})
    traces = TracerProvider(resource=resource)
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(traces)
    metrics.set_meter_provider(MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())], resource))
