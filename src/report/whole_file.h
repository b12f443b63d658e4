// A file that readers see as it was or as it is to be, never in between.
#pragma once

#include <string>
#include <string_view>

namespace nest::report {

// Replaces the file by a new one with this content. Empty result: done; else why not, and what was there is
// as it was. What cannot be replaced (a pipe, a device, a file mounted by itself, one in a folder that may
// not be changed) is written in place. Blocks. Any thread, one at a time for a path.
int replace_file(const std::string& path, std::string_view content);

}  // namespace nest::report
