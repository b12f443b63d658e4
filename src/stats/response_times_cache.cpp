#include "stats/response_times_cache.h"

#include <algorithm>
#include <utility>

namespace nest::stats {

void ResponseTimesCache::store(std::int64_t second, const Histogram& histogram, std::int64_t num_requests,
                               std::int64_t num_none_requests, int window_s) {
  const auto capacity = static_cast<std::size_t>(std::max(window_s + 10, 0));
  auto target = std::find_if(snapshots_.begin(), snapshots_.end(),
                             [second](const Snapshot& snapshot) { return snapshot.second == second; });
  if (target == snapshots_.end()) {
    Snapshot recycled{};
    if (!snapshots_.empty() && snapshots_.size() >= capacity) {
      recycled = std::move(snapshots_.front());
      snapshots_.pop_front();
    }
    snapshots_.push_back(std::move(recycled));
    target = std::prev(snapshots_.end());
  }
  target->second = second;
  target->num_requests = num_requests;
  target->num_none_requests = num_none_requests;
  histogram.copy_to(target->buckets);
  while (snapshots_.size() > capacity) snapshots_.pop_front();
}

const ResponseTimesCache::Snapshot* ResponseTimesCache::at(std::int64_t second) const {
  for (const Snapshot& snapshot : snapshots_) {
    if (snapshot.second == second) return &snapshot;
  }
  return nullptr;
}

const ResponseTimesCache::Snapshot* ResponseTimesCache::find(std::int64_t now_second, int window_s) const {
  const std::int64_t wanted = now_second - window_s;
  if (const Snapshot* exact = at(wanted)) return exact;
  for (std::int64_t distance = 1; distance <= 8; ++distance) {
    if (const Snapshot* older = at(wanted - distance)) return older;
    if (const Snapshot* newer = at(wanted + distance)) return newer;
  }
  return nullptr;
}

}  // namespace nest::stats
