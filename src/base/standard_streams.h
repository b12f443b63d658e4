// stdin, stdout and stderr of the process as it was started.
#pragma once

#include <string>

namespace nest {

// Gives the numbers of standard streams that are closed to the null device, so that no file or socket gets
// one of them and is then written to as stdout or stderr. Before anything else is opened.
void occupy_closed_streams();

// Whether stdout was closed when occupy_closed_streams() was called.
bool stdout_was_closed();

// Writes to stdout; throws UsageError if that fails.
void write_to_stdout(const std::string& text);

}  // namespace nest
