// Whether a function bound with pybind11 is on this thread's stack; see R1 in docs/boundary.md.
#pragma once

namespace nest::bindings {

bool inside_bound_call();

}  // namespace nest::bindings
