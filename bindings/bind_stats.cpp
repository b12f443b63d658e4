#include "module.h"

namespace nest::bindings {

void bind_stats(pybind11::module_& /*module*/) {}

}  // namespace nest::bindings
