// How many files the process may have open.
#pragma once

namespace nest {

// Raises the limit as far as the system lets us, since each user needs a connection; throws UsageError if it
// is then too low even to start.
void raise_open_file_limit();

}  // namespace nest
