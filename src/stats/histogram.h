// How many samples fell into which response-time bucket.
//
// Not thread-safe; one writer. The 330 keys that Locust's rounding gives for times up to a minute live in a
// flat vector that grows as far as needed; all others (longer, negative, or from a model's own bucket
// function, which may even be fractional) in a sorted map. Of these there are at most kMostSparse: what comes
// then is counted at the nearest key.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "stats/number.h"

namespace nest::stats {

struct Bucket {
  Number key;  // milliseconds
  std::int64_t count;
};

class Histogram {
 public:
  static constexpr std::size_t kMostSparse = 4096;

  // No allocation for a bucket that was hit before.
  void add(const Number& key, std::int64_t count = 1);
  // Replaces the count; 0 removes the bucket.
  void set(const Number& key, std::int64_t count);
  std::int64_t count(const Number& key) const;
  bool empty() const { return samples_ == 0 && sparse_.empty(); }
  void clear();

  // The buckets with a count, by ascending key, replacing what `out` held.
  void copy_to(std::vector<Bucket>& out) const;
  std::vector<Bucket> buckets() const;

 private:
  // Null: the key is for sparse_. A key is held once: as an int or as an equal float, whichever came first.
  std::int64_t* dense(const Number& key);
  // REQUIRES: sparse_ is not empty.
  std::map<Number, std::int64_t>::iterator nearest_sparse(const Number& key);

  std::vector<std::int64_t> dense_;
  std::map<Number, std::int64_t> sparse_;
  std::int64_t samples_ = 0;  // sum of dense_ counts; only its being 0 matters
};

// Locust's percentile: with k = trunc(num_samples * fraction), the largest key such that no more than k
// samples lie below it; 0 when there is none. `ascending` is sorted by key.
Number percentile(std::span<const Bucket> ascending, std::int64_t num_samples, double fraction);

// What `latest` has more than `old`, bucket by bucket; equal counts are left out. Both sorted by key.
std::vector<Bucket> difference(std::span<const Bucket> latest, std::span<const Bucket> old);

}  // namespace nest::stats
