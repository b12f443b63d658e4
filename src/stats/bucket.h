// Locust's rounding of response times into histogram buckets.
#pragma once

#include <cstdint>

#include "stats/number.h"

namespace nest::stats {

// Below 100 ms whole milliseconds, below 1 s tens, below 10 s hundreds, then thousands; ties go to the even
// multiple, and the thresholds are compared with the value before rounding.
// REQUIRES: response_time_ms is finite and its magnitude is at most 1e15.
std::int64_t bucket_response_time(const Number& response_time_ms);

}  // namespace nest::stats
