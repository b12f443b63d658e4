"""What the benchmarks take other load generators' reports for: a run with failed requests must not count."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
import rows
from cost import Cost
from generators import Generator
from report import ratio_text
from results import Results
from rows import Row

WRK = """  197370 requests in 3.01s, 33.32MB read
  Socket errors: connect 0, read 2, write 0, timeout 1
  Non-2xx or 3xx responses: 40
Requests/sec:  65678.46
"""
H2LOAD = """requests: 135898 total, 135998 started, 135898 done, 135895 succeeded, 3 failed, 2 errored, 1 timeout
status codes: 135890 2xx, 2 3xx, 4 4xx, 1 5xx
"""
HEY = """Status code distribution:
  [200]\t76483 responses
  [500]\t7 responses

Error distribution:
  [5]\tGet "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused
"""
GOOSE = """ GET                      |        57,113 |         0 (0%) |    57113 |    0.00
 GET                      |        89,700 |     1,694 (1.9%) |    44850 |    0.00
"""
K6 = """    HTTP
    http_req_duration..............: avg=1.07ms min=21us   med=641.52us max=85.17ms p(90)=1.91ms p(95)=3.29ms
    http_req_failed................: 0.21%  151 out of 72023
    http_reqs......................: 72023  18149.266431/s
"""


@pytest.mark.parametrize(
    ("parser", "report", "failures"),
    [
        (rows.wrk_failures, WRK, 43),
        (rows.wrk_failures, "  42603 requests in 3.04s\nRequests/sec:  13991.26\n", 0),
        (rows.h2load_failures, H2LOAD, 5),
        (rows.hey_failures, HEY, 12),
        (rows.hey_failures, "Status code distribution:\n  [200]\t76483 responses\n", 0),
        (rows.goose_failures, GOOSE, 1694),
        (rows.k6_failures, K6, 151),
    ],
)
def test_failures_are_found_in_a_report(parser, report, failures):
    assert parser(report) == failures


@pytest.mark.parametrize(
    "parser",
    [rows.wrk_failures, rows.h2load_failures, rows.hey_failures, rows.goose_failures, rows.k6_failures],
)
def test_a_generator_that_reports_nothing_is_not_believed(parser):
    assert parser("starting benchmark...\n") is None


def test_every_shape_is_measured_with_this_program_and_every_gate_has_its_rows():
    from gates import GATES

    assert all(rows.OURS in names for names in rows.CHOSEN.values())
    for gate in GATES:
        assert rows.OURS in rows.CHOSEN[gate.shape]
        assert gate.to in rows.CHOSEN[gate.to_shape]


def cost(us):
    return Cost(us, requests_per_s=1e6 / us, core_share=1.0, others_share=0.01)


def test_a_gate_with_a_refused_row_is_unknown_and_the_reason_is_told():
    ours, locust, fast, wrk = (
        Row(rows.BASELINE, Generator(name, ("true",)))
        for name in (rows.OURS, rows.HTTP_USER, rows.FAST_HTTP_USER, rows.WRK)
    )
    results = Results([ours, locust, fast, wrk])
    results.costs.update({ours: [cost(20), cost(10), cost(12)], locust: [cost(240)], fast: [cost(96)]})
    results.refused[wrk] = ["wrk held 99 connections for 100 users\nand said more"]
    met, unknown = results.requirements()
    assert [(verdict.measured, verdict.met) for verdict in met] == [(12 / 240, False), (12 / 96, True)]
    assert len(unknown) == 1
    document = results.document("machine", "plan", results.notes())
    assert "wrk: measured 0 times and refused 1 times, the last time because wrk held 99 conn" in document
    assert "and said more" not in document
    assert f"| {rows.BASELINE.name} | {rows.OURS} | 12.0 | 10.0 | 20.0 |" in document


def test_a_run_of_which_all_is_refused_has_a_report():
    results = Results([Row(rows.BASELINE, Generator(rows.OURS, ("true",)))])
    results.refused[results.rows[0]] = ["no connections"]
    assert "refused 1 times" in results.document("machine", "plan", results.notes())


def test_ratios_below_one_are_fractions():
    assert [ratio_text(1 / 25), ratio_text(2.5)] == ["1/25.0", "2.50"]
