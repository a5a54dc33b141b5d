//! The surroundings of a pipeline file, handed in so that reading it depends on nothing else.

use std::path::PathBuf;

/// What reading needs to know besides the text.
pub(super) struct Context<'a> {
    /// The folder that relative paths start at.
    pub(super) folder: PathBuf,
    /// The values of environment variables.
    pub(super) environment: Environment<'a>,
}

/// The value of an environment variable, if it is set.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;
