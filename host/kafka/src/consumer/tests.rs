//! What a consumer makes of errors and statistics.

mod decisions;

use super::*;
