#include "stats/histogram.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace nest::stats {
namespace {

// The dense slots: 0..100 by 1, 110..1000 by 10, 1100..10000 by 100, 11000..60000 by 1000.
constexpr std::size_t kTens = 100;
constexpr std::size_t kHundreds = 190;
constexpr std::size_t kThousands = 280;

std::optional<std::size_t> dense_slot(const Number& key) {
  const std::int64_t value = key.truncated();
  if (!key.is_whole() && static_cast<double>(value) != key.real()) return std::nullopt;
  const auto position = static_cast<std::size_t>(value);
  if (value < 0 || value > 60000) return std::nullopt;
  if (value <= 100) return position;
  if (value <= 1000) return value % 10 == 0 ? std::optional(kTens + (position - 100) / 10) : std::nullopt;
  if (value <= 10000) {
    return value % 100 == 0 ? std::optional(kHundreds + (position - 1000) / 100) : std::nullopt;
  }
  return value % 1000 == 0 ? std::optional(kThousands + (position - 10000) / 1000) : std::nullopt;
}

std::int64_t dense_key(std::size_t slot) {
  const auto position = static_cast<std::int64_t>(slot);
  if (slot <= kTens) return position;
  if (slot <= kHundreds) return 100 + (position - 100) * 10;
  if (slot <= kThousands) return 1000 + (position - 190) * 100;
  return 10000 + (position - 280) * 1000;
}

}  // namespace

std::int64_t* Histogram::dense(const Number& key) {
  const auto position = dense_slot(key);
  if (!position) return nullptr;
  const bool is_held = *position < dense_.size() && dense_[*position] != 0;
  if (!is_held && !key.is_whole()) return nullptr;
  if (!sparse_.empty() && sparse_.contains(key)) return nullptr;
  if (*position >= dense_.size()) dense_.resize(*position + 1 + *position / 4);
  return &dense_[*position];
}

void Histogram::add(const Number& key, std::int64_t count) {
  if (std::int64_t* known = dense(key)) {
    *known += count;
    samples_ += count;
    return;
  }
  if (sparse_.size() < kMostSparse) {
    sparse_[key] += count;
  } else {
    nearest_sparse(key)->second += count;
  }
}

std::map<Number, std::int64_t>::iterator Histogram::nearest_sparse(const Number& key) {
  const auto above = sparse_.lower_bound(key);
  if (above == sparse_.begin()) return above;
  const auto below = std::prev(above);
  if (above == sparse_.end() || key.real() - below->first.real() < above->first.real() - key.real())
    return below;
  return above;
}

void Histogram::set(const Number& key, std::int64_t count) {
  if (std::int64_t* known = dense(key)) {
    samples_ += count - *known;
    *known = count;
  } else if (count == 0) {
    sparse_.erase(key);
  } else {
    sparse_[key] = count;
  }
}

std::int64_t Histogram::count(const Number& key) const {
  if (const auto found = sparse_.find(key); found != sparse_.end()) return found->second;
  const auto position = dense_slot(key);
  return position && *position < dense_.size() ? dense_[*position] : 0;
}

void Histogram::clear() {
  std::fill(dense_.begin(), dense_.end(), 0);
  sparse_.clear();
  samples_ = 0;
}

void Histogram::copy_to(std::vector<Bucket>& out) const {
  out.clear();
  auto sparse = sparse_.begin();
  for (std::size_t position = 0; position < dense_.size(); ++position) {
    if (dense_[position] == 0) continue;
    const Number key(dense_key(position));
    for (; sparse != sparse_.end() && sparse->first < key; ++sparse)
      out.push_back({sparse->first, sparse->second});
    out.push_back({key, dense_[position]});
  }
  for (; sparse != sparse_.end(); ++sparse) out.push_back({sparse->first, sparse->second});
}

std::vector<Bucket> Histogram::buckets() const {
  std::vector<Bucket> out;
  copy_to(out);
  return out;
}

Number percentile(std::span<const Bucket> ascending, std::int64_t num_samples, double fraction) {
  const std::int64_t allowed_below = Number(static_cast<double>(num_samples) * fraction).truncated();
  std::int64_t processed = 0;
  for (auto bucket = ascending.rbegin(); bucket != ascending.rend(); ++bucket) {
    processed += bucket->count;
    if (num_samples - processed <= allowed_below) return bucket->key;
  }
  return {};
}

std::vector<Bucket> difference(std::span<const Bucket> latest, std::span<const Bucket> old) {
  std::vector<Bucket> changed;
  auto before = old.begin();
  for (const Bucket& bucket : latest) {
    while (before != old.end() && before->key < bucket.key) ++before;
    const bool known = before != old.end() && before->key == bucket.key;
    const std::int64_t more = bucket.count - (known ? before->count : 0);
    if (more != 0) changed.push_back({bucket.key, more});
  }
  return changed;
}

}  // namespace nest::stats
