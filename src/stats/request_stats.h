// All statistics of a run: one entry per (name, method), one for everything, and the failures by kind.
//
// Not thread-safe: one writer and reader, the Python thread. Entries and errors are shared: a model may keep
// one beyond clear(), and then keeps reading its last values.
//
// Whoever makes entries keeps to max_entries, and then makes one more, of kOverflowName, for all other names.
// The counts per second of all entries share kSecondsOfAllEntries seconds; those of total are apart.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stats/entry.h"
#include "stats/error.h"

namespace nest::stats {

// What an entry is filed under; looked up by its view, without an allocation.
struct EntryKey {
  std::string name;
  std::string method;
  auto operator<=>(const EntryKey&) const =
      default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 misreads it
};

struct EntryKeyView {
  EntryKeyView(std::string_view entry_name, std::string_view entry_method)
      : name(entry_name), method(entry_method) {}
  EntryKeyView(const EntryKey& key)
      : name(key.name), method(key.method) {}  // NOLINT(google-explicit-constructor)
  std::string_view name;
  std::string_view method;
};

// What makes failures count as one kind, likewise.
struct ErrorKind {
  std::string method;
  std::string name;
  std::string text;
};

struct ErrorKindView {
  ErrorKindView(std::string_view of_method, std::string_view of_name, std::string_view said)
      : method(of_method), name(of_name), text(said) {}
  ErrorKindView(const ErrorKind& kind)  // NOLINT(google-explicit-constructor)
      : method(kind.method), name(kind.name), text(kind.text) {}
  bool operator==(const ErrorKindView& other) const = default;
  std::string_view method;
  std::string_view name;
  std::string_view text;
};

class RequestStats {
 public:
  struct Item {
    EntryKey key;  // where it is filed; the entry's own name may differ
    std::shared_ptr<StatsEntry> entry;
  };

  // Of no method: it stands for all.
  static constexpr std::string_view kOverflowName = "(all further names)";
  // The key of the error that stands for all kinds beyond max_entries.
  static constexpr std::string_view kOverflowError = "(all further failures)";
  // What a hundred entries keep in full.
  static constexpr std::size_t kSecondsOfAllEntries = 100 * PerSecond::kMaxSeconds;

  RequestStats(bool use_cache, double now_s);

  // Counts the request in total and in its entry, which is made if need be. Well under a microsecond and
  // without allocation for a known entry. REQUIRES: the response time is loggable().
  void log_request(std::string_view method, std::string_view name, const Sample& sample);
  void log_request(std::string_view method, std::string_view name, std::optional<double> response_time_ms,
                   std::int64_t content_length, double now_s, std::optional<long> bucket = std::nullopt);
  // The same for an entry that find() or counting() gave.
  void log_request(StatsEntry& entry, const Sample& sample, const std::optional<Phases>& phases);
  // Adds to total and to the entry that counts such a request, if there is one.
  void log_phases(std::string_view method, std::string_view name, const Phases& phases);
  // Counts a failure in total and in its entry; its kind is counted by StatsError::occurred().
  void log_error(std::string_view method, std::string_view name, double now_s);
  // The same and its kind, if that is known without its key: one that was remembered, or, when there are
  // max_entries and all are remembered, any other. Else false, having done nothing.
  bool log_known_error(StatsEntry& entry, std::string_view text, double now_s);
  // From now on, failures with this text are known to be those of the error with this key; nothing happens if
  // there is none.
  void remember_error(std::string_view method, std::string_view name, std::string_view text,
                      std::string_view key);

  StatsEntry* find(std::string_view name, std::string_view method) const;
  // Likewise; that of kOverflowName for an unknown name when there are max_entries.
  StatsEntry* counting(std::string_view name, std::string_view method) const;
  std::shared_ptr<StatsEntry> get_or_create(std::string_view name, std::string_view method, double now_s);
  void put(std::string_view name, std::string_view method, std::shared_ptr<StatsEntry> entry);
  void erase(std::string_view name, std::string_view method);
  void clear_entries();

  void put_error(std::string_view key, std::shared_ptr<StatsError> error);
  void erase_error(std::string_view key);
  void clear_errors();

  // Removes all entries and errors and starts a new total.
  void clear(double now_s);

  const std::vector<Item>& entries() const { return entries_; }  // in the order of creation
  std::vector<Item> sorted_entries() const;                      // by (name, method)
  std::vector<std::shared_ptr<StatsError>> errors() const;       // in the order of creation
  std::vector<std::shared_ptr<StatsError>> errors_sorted_by_key() const;

  std::shared_ptr<StatsEntry> total;
  bool use_cache;
  int percentile_window_s = kDefaultPercentileWindowS;
  std::size_t max_entries = std::numeric_limits<std::size_t>::max();

 private:
  std::size_t seconds_per_entry() const;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const EntryKeyView& key) const {
      const std::hash<std::string_view> hash;
      return hash(key.name) * 31 + hash(key.method);
    }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const EntryKeyView& a, const EntryKeyView& b) const {
      return a.name == b.name && a.method == b.method;
    }
  };

  std::vector<Item> entries_;
  std::unordered_map<EntryKey, std::shared_ptr<StatsEntry>, Hash, Equal> index_;
  struct NumberedError {
    std::uint64_t number;
    std::shared_ptr<StatsError> error;
    bool is_remembered = false;
  };
  StatsError* known_error(const ErrorKindView& kind) const;
  void forget_kinds();

  std::map<std::string, NumberedError, std::less<>> errors_;
  std::uint64_t errors_made_ = 0;

  struct KindHash {
    using is_transparent = void;
    std::size_t operator()(const ErrorKindView& kind) const {
      const std::hash<std::string_view> hash;
      return (hash(kind.method) * 31 + hash(kind.name)) * 31 + hash(kind.text);
    }
  };
  struct SameKind {
    using is_transparent = void;
    bool operator()(const ErrorKindView& a, const ErrorKindView& b) const { return a == b; }
  };
  // One for each error that is remembered.
  std::unordered_map<ErrorKind, std::shared_ptr<StatsError>, KindHash, SameKind> kinds_;
};

}  // namespace nest::stats
