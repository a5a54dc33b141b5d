//! What the program says of itself: its version, with the commit that it was built from where the
//! build knew it, and the variables that it reads.

/// Such as `0.1.0 (1fd69ee0a4d0)`; without a commit where the program was built outside a
/// repository.
pub(super) const VERSION: &str = env!("STREAMGAUGE_VERSION");

/// The end of the help.
pub(super) const ENVIRONMENT: &str = "\
Environment:
  STREAMGAUGE_LOG    what is logged: error, warn, info (the default), debug, trace or off; with
                     exceptions by target, as in \"info,plugin=debug\"
  STREAMGAUGE_LOG_FORMAT
                     text (the default) or json, where --log-format is not given
  STREAMGAUGE_CACHE  folder of compiled plugins, instead of the user's cache
  NOTIFY_SOCKET, WATCHDOG_USEC
                     set by systemd, which is told when the pipeline is up and, as long as all
                     threads are alive, that they are";
