#include "module.h"

namespace nest::bindings {

void bind_cli(pybind11::module_& /*module*/) {}

}  // namespace nest::bindings
