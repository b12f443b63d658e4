#include "stats/per_second.h"

#include <algorithm>

namespace nest::stats {

std::vector<PerSecond::Count>::const_iterator PerSecond::at_or_after(std::int64_t second) const {
  return std::lower_bound(counts_.begin(), counts_.end(), second,
                          [](const Count& entry, std::int64_t wanted) { return entry.second < wanted; });
}

std::int64_t* PerSecond::slot(std::int64_t second, std::size_t most) {
  if (!counts_.empty() && counts_.back().second == second) return &counts_.back().count;
  auto position = static_cast<std::size_t>(at_or_after(second) - counts_.begin());
  if (position < counts_.size() && counts_[position].second == second) return &counts_[position].count;
  // Dropping a block at a time keeps the cost per second constant.
  constexpr std::size_t kBlock = 600;
  if (counts_.size() >= most + std::min(kBlock, most)) {
    const std::size_t surplus = counts_.size() - most;
    if (position < surplus) return nullptr;
    counts_.erase(counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(surplus));
    position -= surplus;
    if (counts_.capacity() > 4 * counts_.size()) counts_.shrink_to_fit();
  }
  return &counts_.insert(counts_.begin() + static_cast<std::ptrdiff_t>(position), Count{second, 0})->count;
}

void PerSecond::add(std::int64_t second, std::int64_t count, std::size_t most) {
  if (std::int64_t* known = slot(second, most)) *known += count;
}

void PerSecond::set(std::int64_t second, std::int64_t count) {
  std::int64_t* known = slot(second, kMaxSeconds);
  if (known == nullptr) return;
  *known = count;
  if (count == 0) counts_.erase(at_or_after(second));
}

std::int64_t PerSecond::count(std::int64_t second) const {
  const auto found = at_or_after(second);
  return found != counts_.end() && found->second == second ? found->count : 0;
}

double PerSecond::mean(std::int64_t first, std::int64_t end) const {
  if (end <= first) return 0;
  double sum = 0;
  for (auto entry = at_or_after(first); entry != counts_.end() && entry->second < end; ++entry) {
    sum += static_cast<double>(entry->count);
  }
  return sum / static_cast<double>(end - first);
}

}  // namespace nest::stats
