#include "cli/option_table.h"

#include <algorithm>

#include "cli/option_values.h"

namespace nest::cli {

namespace {

using Value = const std::string&;

std::vector<std::string>& list(std::optional<std::vector<std::string>>& words) {
  if (!words) words.emplace();
  return *words;
}

void set_locustfile(Options& options, Value value) {
  options.locustfile = value;
  options.locustfiles = split(value, ',');
  if (options.locustfiles.empty()) throw BadValue("names no file");
}

void add_model_dir(Options& options, Value value) {
  if (value.empty()) throw BadValue("names no directory");
  options.model_dirs.push_back(value);
}

std::vector<OptionSpec> model_options() {
  return {
      {.names = {"-d", "--model-dir", "--model_dir"},
       .takes = Takes::kValues,
       .metavar = "DIR",
       .group = Group::kModels,
       .wrapper = true,
       .help =
           "Run all models below this directory, at any depth. May be given several times. Default: models",
       .set = add_model_dir},
      {.names = {"-f", "--locustfile"},
       .environment = {"LOCUST_LOCUSTFILE"},
       .takes = Takes::kValue,
       .metavar = "FILE",
       .group = Group::kModels,
       .help = "Run this model instead of a directory; several files are separated by commas",
       .set = set_locustfile},
      {.names = {"-T", "--include-tasksets", "--include_tasksets"},
       .group = Group::kModels,
       .wrapper = true,
       .help = "Also run the task sets that belong to no user class, each as a weighted task of one common "
               "user. With -f, -T is the short form of --tags instead",
       .set = [](Options& options, Value) { options.include_tasksets = true; }},
      {.names = {"--config-file", "--config_file"},
       .takes = Takes::kValue,
       .metavar = "FILE",
       .group = Group::kModels,
       .wrapper = true,
       .help = "Weights and helper processes, as JSON. Default: config.json, if there is one",
       .set = [](Options& options, Value value) { options.config_file = value; }},
      {.names = {"--configure"},
       .group = Group::kModels,
       .wrapper = true,
       .help = "Ask for the weight of each class, then offer to save the answers and to run",
       .set = [](Options& options, Value) { options.configure = true; }},
      {.names = {"-y", "--yes"},
       .group = Group::kModels,
       .wrapper = true,
       .help = "Do not ask for confirmation before the run",
       .set = [](Options& options, Value) { options.assume_yes = true; }},
      {.names = {"--strict"},
       .group = Group::kModels,
       .wrapper = true,
       .help = "Do not run at all if one of the models cannot be imported",
       .set = [](Options& options, Value) { options.strict = true; }},
      {.names = {"--tags"},
       .environment = {"LOCUST_TAGS"},
       .takes = Takes::kWords,
       .metavar = "TAG",
       .group = Group::kModels,
       .help = "Run only tasks that have at least one of these tags",
       .set = [](Options& options, Value value) { list(options.tags).push_back(value); }},
      {.names = {"-E", "--exclude-tags"},
       .environment = {"LOCUST_EXCLUDE_TAGS"},
       .takes = Takes::kWords,
       .metavar = "TAG",
       .group = Group::kModels,
       .help = "Leave out tasks that have any of these tags",
       .set = [](Options& options, Value value) { list(options.exclude_tags).push_back(value); }},
  };
}

std::vector<OptionSpec> load_options() {
  return {
      {.names = {"-H", "--host"},
       .environment = {"LOCUST_HOST"},
       .takes = Takes::kValue,
       .metavar = "URL",
       .group = Group::kLoad,
       .help = "The host to test, e.g. https://www.example.com; wins over the host of every model",
       .set = [](Options& options, Value value) { options.host = value; }},
      {.names = {"-u", "--users"},
       .legacy_names = {"-c", "--clients"},
       .environment = {"LOCUST_USERS", "LOCUST_CLIENTS"},
       .takes = Takes::kValue,
       .metavar = "N",
       .group = Group::kLoad,
       .help = "How many users run at the peak. Default: 1",
       .set = [](Options& options, Value value) { options.num_users = parse_user_count(value); }},
      {.names = {"-r", "--spawn-rate"},
       .legacy_names = {"--hatch-rate"},
       .environment = {"LOCUST_SPAWN_RATE", "LOCUST_HATCH_RATE"},
       .takes = Takes::kValue,
       .metavar = "RATE",
       .group = Group::kLoad,
       .help = "How many users start (or stop) per second; fractions are allowed. Default: 1",
       .set = [](Options& options, Value value) { options.spawn_rate = parse_spawn_rate(value); }},
      {.names = {"-t", "--run-time"},
       .environment = {"LOCUST_RUN_TIME"},
       .takes = Takes::kValue,
       .metavar = "TIME",
       .group = Group::kLoad,
       .help = "Stop after this time, e.g. 300, 90s, 20m, 1h30m. Default: run until Ctrl-C",
       .set = [](Options& options, Value value) { options.run_time = parse_timespan(value); }},
      {.names = {"-s", "--stop-timeout"},
       .environment = {"LOCUST_STOP_TIMEOUT"},
       .takes = Takes::kValue,
       .metavar = "TIME",
       .group = Group::kLoad,
       .help = "Give running tasks this long to finish when users are stopped. Default: 0, stop at once",
       .set = [](Options& options,
                 Value value) { options.stop_timeout = static_cast<double>(parse_timespan(value)); }},
      {.names = {"--headless"},
       .legacy_names = {"--no-web"},
       .environment = {"LOCUST_HEADLESS", "LOCUST_NO_WEB"},
       .group = Group::kLoad,
       .help = "Start at once, without a web interface (there is none yet: needed for every run)",
       .set = [](Options& options, Value) { options.headless = true; }},
  };
}

std::vector<OptionSpec> result_options() {
  return {
      {.names = {"--csv"},
       .legacy_names = {"--csv-base-name"},
       .environment = {"LOCUST_CSV"},
       .takes = Takes::kValue,
       .metavar = "PREFIX",
       .group = Group::kResults,
       .help = "Write PREFIX_stats.csv, PREFIX_stats_history.csv, PREFIX_failures.csv and "
               "PREFIX_exceptions.csv; missing folders are created",
       .set = [](Options& options, Value value) { options.csv_prefix = value; }},
      {.names = {"--only-summary"},
       .environment = {"LOCUST_ONLY_SUMMARY"},
       .group = Group::kResults,
       .help = "Print the tables only at the end",
       .set = [](Options& options, Value) { options.only_summary = true; }},
      {.names = {"--print-stats"},
       .environment = {"LOCUST_PRINT_STATS"},
       .group = Group::kResults,
       .help = "Print the tables during the run (what --headless does anyway)",
       .set = [](Options& options, Value) { options.print_stats = true; }},
      {.names = {"--reset-stats"},
       .environment = {"LOCUST_RESET_STATS"},
       .group = Group::kResults,
       .help = "Begin the statistics anew when all users have started",
       .set = [](Options& options, Value) { options.reset_stats = true; }},
      {.names = {"--exit-code-on-error"},
       .environment = {"LOCUST_EXIT_CODE_ON_ERROR"},
       .takes = Takes::kValue,
       .metavar = "N",
       .group = Group::kResults,
       .help = "The exit code if any request or task failed. Default: 1",
       .set = [](Options& options, Value value) { options.exit_code_on_error = parse_int(value); }},
  };
}

std::vector<OptionSpec> logging_options() {
  return {
      {.names = {"-L", "--loglevel"},
       .environment = {"LOCUST_LOGLEVEL"},
       .takes = Takes::kValue,
       .metavar = "LEVEL",
       .group = Group::kLogging,
       .help = "DEBUG, INFO, WARNING, ERROR or CRITICAL. Default: INFO",
       .set = [](Options& options, Value value) { options.loglevel = parse_loglevel(value); }},
      {.names = {"--logfile"},
       .environment = {"LOCUST_LOGFILE"},
       .takes = Takes::kValue,
       .metavar = "FILE",
       .group = Group::kLogging,
       .help = "Log to this file instead of stderr; the tables stay on the console",
       .set = [](Options& options, Value value) { options.logfile = value; }},
      {.names = {"--skip-log-setup"},
       .environment = {"LOCUST_SKIP_LOG_SETUP"},
       .group = Group::kLogging,
       .help = "Leave the logging alone: the models set it up",
       .set = [](Options& options, Value) { options.skip_log_setup = true; }},
      // These two end the parsing; parse() looks for them by name.
      {.names = {"-h", "--help"}, .help = "Show this help and exit", .set = [](Options&, Value) {}},
      {.names = {"-V", "--version"}, .help = "Show the version and exit", .set = [](Options&, Value) {}},
  };
}

OptionSpec later(std::vector<std::string> names, Takes takes, std::string missing,
                 std::string environment = "") {
  OptionSpec spec;
  spec.names = std::move(names);
  spec.takes = takes;
  spec.missing = std::move(missing);
  if (!environment.empty()) spec.environment.push_back(std::move(environment));
  return spec;
}

OptionSpec old(std::vector<std::string> names, Takes takes, std::string missing) {
  OptionSpec spec = later(std::move(names), takes, std::move(missing));
  spec.old = true;
  return spec;
}

// Locust's options of every era that have no meaning here yet.
std::vector<OptionSpec> later_options() {
  const auto flag = Takes::kNothing;
  const auto value = Takes::kValue;
  const auto words = Takes::kWords;
  const std::string web = "there is no web interface";
  const std::string distributed = "a run is one process";
  const std::string report = "the tables and --csv are the only reports";
  const std::string config = "only --config-file, environment variables and the command line configure a run";
  const std::string listing = "models can only be run, not listed";
  const std::string steps = "it is an option of old Locust versions";
  return {
      later({"--config"}, value, config),
      later({"--config-users"}, words, config, "LOCUST_CONFIG_USERS"),
      later({"-l", "--list"}, flag, listing),
      later({"--show-task-ratio"}, flag, listing),
      later({"--show-task-ratio-json"}, flag, listing),
      later({"--equal-weights"}, flag, "use --config-file to set weights"),
      later({"--profile"}, value, "a run has no label"),
      later({"--otel"}, flag, "there is no OpenTelemetry export", "LOCUST_ENABLE_OPENTELEMETRY"),
      later({"--csv-full-history"}, flag, report, "LOCUST_CSV_FULL_HISTORY"),
      later({"--html"}, value, report, "LOCUST_HTML"),
      later({"--json"}, flag, report),
      later({"--json-file"}, value, report),
      later({"--web-host"}, value, web, "LOCUST_WEB_HOST"),
      later({"--web-host-display-name"}, value, web, "LOCUST_WEB_HOST_DISPLAY_NAME"),
      later({"-P", "--web-port"}, value, web, "LOCUST_WEB_PORT"),
      later({"--autostart"}, flag, web, "LOCUST_AUTOSTART"),
      later({"--autoquit"}, value, web, "LOCUST_AUTOQUIT"),
      later({"--headful"}, flag, web, "LOCUST_HEADFUL"),
      later({"--web-auth"}, value, web, "LOCUST_WEB_AUTH"),
      later({"--web-login"}, flag, web, "LOCUST_WEB_LOGIN"),
      later({"--tls-cert"}, value, web, "LOCUST_TLS_CERT"),
      later({"--tls-key"}, value, web, "LOCUST_TLS_KEY"),
      later({"--class-picker"}, flag, web, "LOCUST_USERCLASS_PICKER"),
      later({"--build-path"}, value, web, "LOCUST_BUILD_PATH"),
      later({"--legacy-ui"}, flag, web, "LOCUST_LEGACY_UI"),
      later({"--web-base-path"}, value, web, "LOCUST_WEB_BASE_PATH"),
      later({"--master"}, flag, distributed, "LOCUST_MODE_MASTER"),
      later({"--master-bind-host"}, value, distributed, "LOCUST_MASTER_BIND_HOST"),
      later({"--master-bind-port"}, value, distributed, "LOCUST_MASTER_BIND_PORT"),
      later({"--expect-workers"}, value, distributed, "LOCUST_EXPECT_WORKERS"),
      later({"--expect-workers-max-wait"}, value, distributed, "LOCUST_EXPECT_WORKERS_MAX_WAIT"),
      later({"--enable-rebalancing"}, flag, distributed),
      later({"--worker"}, flag, distributed, "LOCUST_MODE_WORKER"),
      later({"--processes"}, value, distributed, "LOCUST_PROCESSES"),
      later({"--master-host"}, value, distributed, "LOCUST_MASTER_NODE_HOST"),
      later({"--master-port"}, value, distributed, "LOCUST_MASTER_NODE_PORT"),
      later({"--slave"}, flag, distributed, "LOCUST_SLAVE"),
      later({"--expect-slaves"}, value, distributed, "LOCUST_EXPECT_SLAVES"),
      old({"--port"}, value, web),
      old({"--modern-ui"}, flag, web),
      old({"--heartbeat-liveness"}, value, distributed),
      old({"--heartbeat-interval"}, value, distributed),
      old({"-n", "--num-request"}, value, "limit the run with --run-time"),
      old({"--no-reset-stats"}, flag, "statistics are kept unless --reset-stats is given"),
      old({"--step-load"}, flag, steps),
      old({"--step-clients", "--step-users"}, value, steps),
      old({"--step-time"}, value, steps),
  };
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string OptionSpec::display_name() const {
  std::string result;
  for (const auto& name : names) result += (result.empty() ? "" : "/") + name;
  return result;
}

const std::string& OptionSpec::long_name() const {
  return *std::find_if(names.begin(), names.end(), [](const auto& name) { return name.starts_with("--"); });
}

const std::vector<OptionSpec>& option_table() {
  static const std::vector<OptionSpec> table = [] {
    std::vector<OptionSpec> rows;
    for (auto part : {model_options, load_options, result_options, logging_options, later_options}) {
      for (OptionSpec& row : part()) rows.push_back(std::move(row));
    }
    return rows;
  }();
  return table;
}

const OptionSpec* find_option(std::string_view name) {
  for (const OptionSpec& spec : option_table()) {
    if (contains(spec.names, name) || contains(spec.legacy_names, name)) return &spec;
  }
  return nullptr;
}

const OptionSpec* find_abbreviated(std::string_view name) {
  const OptionSpec* found = nullptr;
  if (name.size() < 3 || !name.starts_with("--")) return nullptr;
  for (const OptionSpec& spec : option_table()) {
    const bool matches = std::any_of(spec.names.begin(), spec.names.end(),
                                     [&](const std::string& full) { return full.starts_with(name); });
    if (spec.wrapper || spec.old || !matches) continue;
    if (found != nullptr) return nullptr;
    found = &spec;
  }
  return found;
}

std::vector<std::string> all_long_names(const Dialect& dialect) {
  std::vector<std::string> result;
  for (const OptionSpec& spec : option_table()) {
    if (spec.wrapper && !dialect.wrapper) continue;
    for (const auto* names : {&spec.names, &spec.legacy_names}) {
      for (const auto& name : *names) {
        if (name.starts_with("--")) result.push_back(name);
      }
    }
  }
  return result;
}

}  // namespace nest::cli
