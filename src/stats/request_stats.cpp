#include "stats/request_stats.h"

#include <algorithm>
#include <utility>

#include "stats/bucket.h"

namespace nest::stats {
namespace {

constexpr const char* kTotalName = "Aggregated";

}  // namespace

RequestStats::RequestStats(bool with_cache, double now_s)
    : total(std::make_shared<StatsEntry>(kTotalName, "", with_cache, now_s)), use_cache(with_cache) {}

void RequestStats::log_request(std::string_view method, std::string_view name, const Sample& sample) {
  StatsEntry* entry = find(name, method);
  if (entry == nullptr) [[unlikely]] {
    entry = get_or_create(name, method, sample.now_s).get();
  }
  log_request(*entry, sample, std::nullopt);
}

void RequestStats::log_request(StatsEntry& entry, const Sample& sample, const std::optional<Phases>& phases) {
  Sample rounded = sample;
  if (rounded.response_time_ms && !rounded.bucket)
    rounded.bucket = bucket_response_time(*sample.response_time_ms);
  entry.most_seconds = seconds_per_entry();
  for (StatsEntry* counted : {total.get(), &entry}) {
    counted->log(rounded, percentile_window_s);
    if (phases) counted->phases.add(*phases);
  }
}

void RequestStats::log_request(std::string_view method, std::string_view name,
                               std::optional<double> response_time_ms, std::int64_t content_length,
                               double now_s, std::optional<long> bucket) {
  Sample sample{
      .response_time_ms = std::nullopt, .content_length = content_length, .now_s = now_s, .bucket = {}};
  if (response_time_ms) sample.response_time_ms = *response_time_ms;
  if (bucket) sample.bucket = Number(std::int64_t{*bucket});
  log_request(method, name, sample);
}

void RequestStats::log_phases(std::string_view method, std::string_view name, const Phases& phases) {
  total->phases.add(phases);
  if (StatsEntry* entry = counting(name, method)) entry->phases.add(phases);
}

void RequestStats::log_error(std::string_view method, std::string_view name, double now_s) {
  total->log_error(now_s);
  const auto entry = get_or_create(name, method, now_s);
  entry->most_seconds = seconds_per_entry();
  entry->log_error(now_s);
}

bool RequestStats::log_known_error(StatsEntry& entry, std::string_view text, double now_s) {
  StatsError* error = known_error({entry.method, entry.name, text});
  if (error == nullptr) return false;
  total->log_error(now_s);
  entry.most_seconds = seconds_per_entry();
  entry.log_error(now_s);
  error->occurred(now_s);
  return true;
}

StatsError* RequestStats::known_error(const ErrorKindView& kind) const {
  if (const auto found = kinds_.find(kind); found != kinds_.end()) return found->second.get();
  if (errors_.size() < max_entries || kinds_.size() + 1 != errors_.size()) return nullptr;
  const auto others = errors_.find(kOverflowError);
  return others == errors_.end() || others->second.is_remembered ? nullptr : others->second.error.get();
}

void RequestStats::remember_error(std::string_view method, std::string_view name, std::string_view text,
                                  std::string_view key) {
  const auto found = errors_.find(key);
  if (found == errors_.end() || found->second.is_remembered) return;
  const bool is_new =
      kinds_.try_emplace({std::string(method), std::string(name), std::string(text)}, found->second.error)
          .second;
  found->second.is_remembered = is_new;
}

void RequestStats::forget_kinds() {
  if (kinds_.empty()) return;
  kinds_.clear();
  for (auto& [key, error] : errors_) error.is_remembered = false;
}

void RequestStats::clear_errors() {
  kinds_.clear();
  errors_.clear();
}

StatsEntry* RequestStats::find(std::string_view name, std::string_view method) const {
  const auto found = index_.find(EntryKeyView(name, method));
  return found == index_.end() ? nullptr : found->second.get();
}

StatsEntry* RequestStats::counting(std::string_view name, std::string_view method) const {
  StatsEntry* entry = find(name, method);
  if (entry != nullptr || entries_.size() < max_entries) return entry;
  return find(kOverflowName, "");
}

std::size_t RequestStats::seconds_per_entry() const {
  const std::size_t share = kSecondsOfAllEntries / std::max(entries_.size(), std::size_t{1});
  return std::clamp(share, PerSecond::kMinSeconds, PerSecond::kMaxSeconds);
}

std::shared_ptr<StatsEntry> RequestStats::get_or_create(std::string_view name, std::string_view method,
                                                        double now_s) {
  if (const auto found = index_.find(EntryKeyView(name, method)); found != index_.end()) return found->second;
  auto entry = std::make_shared<StatsEntry>(std::string(name), std::string(method), use_cache, now_s);
  put(name, method, entry);
  return entry;
}

void RequestStats::put(std::string_view name, std::string_view method, std::shared_ptr<StatsEntry> entry) {
  EntryKey key{std::string(name), std::string(method)};
  const auto [place, is_new] = index_.insert_or_assign(key, entry);
  if (is_new) {
    entries_.push_back({std::move(key), std::move(entry)});
    return;
  }
  for (Item& item : entries_) {
    if (item.key == key) item.entry = place->second;
  }
}

void RequestStats::erase(std::string_view name, std::string_view method) {
  const EntryKey key{std::string(name), std::string(method)};
  if (index_.erase(key) == 0) return;
  // Who removes all begins at the end.
  const auto last =
      std::find_if(entries_.rbegin(), entries_.rend(), [&key](const Item& item) { return item.key == key; });
  entries_.erase(std::next(last).base());
}

void RequestStats::clear_entries() {
  index_.clear();
  entries_.clear();
}

void RequestStats::put_error(std::string_view key, std::shared_ptr<StatsError> error) {
  auto [place, is_new] = errors_.try_emplace(std::string(key));
  if (is_new)
    place->second.number = errors_made_++;
  else
    forget_kinds();
  place->second.error = std::move(error);
}

void RequestStats::erase_error(std::string_view key) {
  if (const auto found = errors_.find(key); found != errors_.end()) {
    errors_.erase(found);
    forget_kinds();
  }
}

void RequestStats::clear(double now_s) {
  clear_entries();
  clear_errors();
  total = std::make_shared<StatsEntry>(kTotalName, "", use_cache, now_s);
}

std::vector<RequestStats::Item> RequestStats::sorted_entries() const {
  std::vector<Item> sorted = entries_;
  std::sort(sorted.begin(), sorted.end(), [](const Item& a, const Item& b) { return a.key < b.key; });
  return sorted;
}

std::vector<std::shared_ptr<StatsError>> RequestStats::errors() const {
  std::vector<const NumberedError*> numbered;
  numbered.reserve(errors_.size());
  for (const auto& [key, error] : errors_) numbered.push_back(&error);
  std::sort(numbered.begin(), numbered.end(),
            [](const auto* a, const auto* b) { return a->number < b->number; });
  std::vector<std::shared_ptr<StatsError>> ordered;
  ordered.reserve(numbered.size());
  for (const NumberedError* error : numbered) ordered.push_back(error->error);
  return ordered;
}

std::vector<std::shared_ptr<StatsError>> RequestStats::errors_sorted_by_key() const {
  std::vector<std::shared_ptr<StatsError>> sorted;
  for (const auto& [key, error] : errors_) sorted.push_back(error.error);
  return sorted;
}

}  // namespace nest::stats
