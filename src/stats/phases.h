// Where the time of requests went: until the connection was ready, until the answer began, until it was
// there, and until its user went on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "stats/precise_histogram.h"

namespace nest::stats {

struct Phases {
  double connecting_ms = 0;  // name, connection, TLS; nearly nothing on an open connection
  double waiting_ms = 0;     // sending the request, until the first byte of the answer
  double receiving_ms = 0;   // until its last byte
  // From there until its user's code went on: the generator's own, no part of the response time. Absent:
  // nobody waited, or not for the whole response.
  std::optional<double> delay_ms = std::nullopt;
};

// Sums over the requests of which the phases are known: a subset of all.
struct PhaseTotals {
  std::int64_t requests = 0;
  Phases sums;  // without the delays
  PreciseHistogram delays;
  double longest_delay_ms = 0;

  void add(const Phases& phases) {
    ++requests;
    add_sums(phases);
    if (!phases.delay_ms) return;
    delays.add(*phases.delay_ms);
    longest_delay_ms = std::max(longest_delay_ms, *phases.delay_ms);
  }
  void merge(const PhaseTotals& other) {
    requests += other.requests;
    add_sums(other.sums);
    delays.merge(other.delays);
    longest_delay_ms = std::max(longest_delay_ms, other.longest_delay_ms);
  }

 private:
  void add_sums(const Phases& phases) {
    sums.connecting_ms += phases.connecting_ms;
    sums.waiting_ms += phases.waiting_ms;
    sums.receiving_ms += phases.receiving_ms;
  }
};

}  // namespace nest::stats
