#include "stats/precise_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace nest::stats {
namespace {

constexpr double kMicrosecondsPerMs = 1000;
constexpr double kLongestUs = 4294967296;  // 2^32
constexpr int kMantissaBits = 52;
constexpr std::uint64_t kExponentOfOne = 1023;

double middle_ms(const PreciseHistogram::Bucket& bucket) {
  return std::isinf(bucket.to_ms) ? bucket.from_ms : (bucket.from_ms + bucket.to_ms) / 2;
}

}  // namespace

PreciseHistogram::Octave& PreciseHistogram::octave(std::size_t number) {
  auto& known = octaves_[number];
  if (!known) known = std::make_unique<Octave>();
  return *known;
}

void PreciseHistogram::add(double time_ms) {
  const double time_us = time_ms * kMicrosecondsPerMs;
  ++count_;
  if (time_us < 1) {
    ++below_;
  } else if (time_us >= kLongestUs) {
    ++above_;
  } else {
    // A double is its power of two and then its leading digits: together, the number of the bucket.
    const std::uint64_t position = (std::bit_cast<std::uint64_t>(time_us) >> (kMantissaBits - kSlotBits)) -
                                   (kExponentOfOne << kSlotBits);
    constexpr std::uint64_t kSlotMask = (1U << kSlotBits) - 1;
    ++octave(position >> kSlotBits)[position & kSlotMask];
  }
}

void PreciseHistogram::merge(const PreciseHistogram& other) {
  for (std::size_t number = 0; number < kOctaves; ++number) {
    if (!other.octaves_[number]) continue;
    Octave& mine = octave(number);
    const Octave& theirs = *other.octaves_[number];
    for (std::size_t slot = 0; slot < mine.size(); ++slot) mine[slot] += theirs[slot];
  }
  below_ += other.below_;
  above_ += other.above_;
  count_ += other.count_;
}

void PreciseHistogram::clear() {
  for (auto& known : octaves_) {
    if (known) known->fill(0);
  }
  below_ = above_ = count_ = 0;
}

std::vector<PreciseHistogram::SlotCount> PreciseHistogram::slot_counts() const {
  std::vector<SlotCount> out;
  const auto add_if_hit = [&out](std::uint64_t slot, std::int64_t count) {
    if (count > 0) out.emplace_back(slot, count);
  };
  add_if_hit(kBelow, below_);
  for (std::size_t number = 0; number < kOctaves; ++number) {
    if (!octaves_[number]) continue;
    const Octave& counts = *octaves_[number];
    for (std::size_t slot = 0; slot < counts.size(); ++slot)
      add_if_hit(kFirst + number * kSlotsPerOctave + slot, counts[slot]);
  }
  add_if_hit(kAbove, above_);
  return out;
}

PreciseHistogram::Bucket PreciseHistogram::bucket_of(SlotCount counted) {
  const auto count = static_cast<std::int64_t>(counted.count);
  if (counted.slot == kBelow) return {0, 1 / kMicrosecondsPerMs, count};
  if (counted.slot == kAbove)
    return {kLongestUs / kMicrosecondsPerMs, std::numeric_limits<double>::infinity(), count};
  const std::uint64_t place = counted.slot - kFirst;
  const double start_ms = std::ldexp(1 / kMicrosecondsPerMs, static_cast<int>(place / kSlotsPerOctave));
  const double width_ms = start_ms / static_cast<double>(kSlotsPerOctave);
  const auto slot = static_cast<double>(place % kSlotsPerOctave);
  return {start_ms + width_ms * slot, start_ms + width_ms * (slot + 1), count};
}

std::vector<PreciseHistogram::Bucket> PreciseHistogram::buckets() const {
  const std::vector<SlotCount> counts = slot_counts();
  std::vector<Bucket> out;
  out.reserve(counts.size());
  for (const SlotCount counted : counts) out.push_back(bucket_of(counted));
  return out;
}

double percentile_ms(const std::vector<PreciseHistogram::Bucket>& ascending, double fraction) {
  std::int64_t samples = 0;
  for (const auto& bucket : ascending) samples += bucket.count;
  const auto rank = static_cast<std::int64_t>(std::ceil(fraction * static_cast<double>(samples)));
  std::int64_t seen = 0;
  for (const auto& bucket : ascending) {
    seen += bucket.count;
    if (seen >= std::max<std::int64_t>(rank, 1)) return middle_ms(bucket);
  }
  return ascending.empty() ? 0 : middle_ms(ascending.back());
}

}  // namespace nest::stats
