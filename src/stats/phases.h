// Where the time of requests went: until the connection was ready, until the answer began, until it was
// there.
#pragma once

#include <cstdint>

namespace nest::stats {

struct Phases {
  double connecting_ms = 0;  // name, connection, TLS; nearly nothing on an open connection
  double waiting_ms = 0;     // sending the request, until the first byte of the answer
  double receiving_ms = 0;   // until its last byte
};

// Sums over the requests of which the phases are known: a subset of all.
struct PhaseTotals {
  std::int64_t requests = 0;
  Phases sums;

  void add(const Phases& phases) {
    ++requests;
    add_sums(phases);
  }
  void merge(const PhaseTotals& other) {
    requests += other.requests;
    add_sums(other.sums);
  }

 private:
  void add_sums(const Phases& phases) {
    sums.connecting_ms += phases.connecting_ms;
    sums.waiting_ms += phases.waiting_ms;
    sums.receiving_ms += phases.receiving_ms;
  }
};

}  // namespace nest::stats
