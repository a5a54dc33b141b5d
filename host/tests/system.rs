//! The whole product from outside: the built binary, the built metrics and a real Apache Kafka.
//!
//! Nothing here is a double. Every test has folders, topics and ports of its own and ends the
//! processes that it started, so tests run side by side; tests share a broker only so that few
//! brokers start. Waiting is for conditions with a deadline. `cargo xtask test` provides the
//! metrics and Kafka's jars.

#[path = "system/broker.rs"]
mod broker;
#[path = "system/certificates.rs"]
mod certificates;
#[path = "system/events.rs"]
mod events;
#[path = "system/host.rs"]
mod host;
#[path = "system/http.rs"]
mod http;
#[path = "system/memory_limit.rs"]
mod memory_limit;
#[path = "system/names.rs"]
mod names;
#[path = "system/network.rs"]
mod network;
#[path = "system/process.rs"]
mod process;
#[path = "system/relay.rs"]
mod relay;
#[path = "system/result.rs"]
mod result;
#[path = "system/secured.rs"]
mod secured;
#[path = "system/topic.rs"]
mod topic;
#[path = "system/wait.rs"]
mod wait;
#[path = "system/workplace.rs"]
mod workplace;

#[path = "system/access_log.rs"]
mod access_log;
#[path = "system/acls.rs"]
mod acls;
#[path = "system/answers.rs"]
mod answers;
#[path = "system/audit.rs"]
mod audit;
#[path = "system/authors.rs"]
mod authors;
#[path = "system/backfill.rs"]
mod backfill;
#[path = "system/backups.rs"]
mod backups;
#[path = "system/batches.rs"]
mod batches;
#[path = "system/bounds.rs"]
mod bounds;
#[path = "system/broker_faults.rs"]
mod broker_faults;
#[path = "system/causes.rs"]
mod causes;
#[path = "system/changes.rs"]
mod changes;
#[path = "system/compaction.rs"]
mod compaction;
#[path = "system/comparing.rs"]
mod comparing;
#[path = "system/compiling.rs"]
mod compiling;
#[path = "system/control.rs"]
mod control;
#[path = "system/crashes.rs"]
mod crashes;
#[path = "system/crowds.rs"]
mod crowds;
#[path = "system/dev.rs"]
mod dev;
#[path = "system/dirt.rs"]
mod dirt;
#[path = "system/disk.rs"]
mod disk;
#[path = "system/editions.rs"]
mod editions;
#[path = "system/edits.rs"]
mod edits;
#[path = "system/ends.rs"]
mod ends;
#[path = "system/errors.rs"]
mod errors;
#[path = "system/fetching.rs"]
mod fetching;
#[path = "system/files.rs"]
mod files;
#[path = "system/flood.rs"]
mod flood;
#[path = "system/formats.rs"]
mod formats;
#[path = "system/gaps.rs"]
mod gaps;
#[path = "system/guards.rs"]
mod guards;
#[path = "system/guide.rs"]
mod guide;
#[path = "system/head_gone.rs"]
mod head_gone;
#[path = "system/headlines.rs"]
mod headlines;
#[path = "system/kafka_clients.rs"]
mod kafka_clients;
#[path = "system/kept_state.rs"]
mod kept_state;
#[path = "system/languages.rs"]
mod languages;
#[path = "system/last_good.rs"]
mod last_good;
#[path = "system/late_output.rs"]
mod late_output;
#[path = "system/letters.rs"]
mod letters;
#[path = "system/live_change.rs"]
mod live_change;
#[path = "system/memory.rs"]
mod memory;
#[path = "system/monitoring.rs"]
mod monitoring;
#[path = "system/offsets.rs"]
mod offsets;
#[path = "system/outages.rs"]
mod outages;
#[path = "system/output.rs"]
mod output;
#[path = "system/page.rs"]
mod page;
#[path = "system/partitions.rs"]
mod partitions;
#[path = "system/plugins.rs"]
mod plugins;
#[path = "system/poison.rs"]
mod poison;
#[path = "system/proof.rs"]
mod proof;
#[path = "system/readers.rs"]
mod readers;
#[path = "system/reload.rs"]
mod reload;
#[path = "system/settings_over_state.rs"]
mod settings_over_state;
#[path = "system/shown.rs"]
mod shown;
#[path = "system/silence.rs"]
mod silence;
#[path = "system/stops.rs"]
mod stops;
#[path = "system/stored_first.rs"]
mod stored_first;
#[path = "system/terminal.rs"]
mod terminal;
#[path = "system/three_ways.rs"]
mod three_ways;
#[path = "system/torture.rs"]
mod torture;
#[path = "system/transactions.rs"]
mod transactions;
#[path = "system/tricks.rs"]
mod tricks;
#[path = "system/unstamped.rs"]
mod unstamped;
#[path = "system/verify_from.rs"]
mod verify_from;
#[path = "system/waiting.rs"]
mod waiting;
#[path = "system/windows.rs"]
mod windows;
#[path = "system/zoo.rs"]
mod zoo;
