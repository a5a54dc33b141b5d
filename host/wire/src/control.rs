//! Acts and what came of them, and the difference of two pipelines in words.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer to an act that was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Done {
    /// English, complete by itself.
    pub message: String,
    /// What a reload changed; empty lists for other acts.
    pub difference: Difference,
}

/// The difference of two pipelines, a line for each thing, by what becomes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// In force at once.
    pub now: Vec<String>,
    /// Counted again in the background.
    pub background: Vec<String>,
    /// No longer counted; its state is kept.
    pub removed: Vec<String>,
    /// In force after a restart of the host, and until then as it was.
    pub restart: Vec<String>,
    /// Changes what records count as, so the state does not fit any more.
    pub impossible: Vec<String>,
}

impl Difference {
    /// True if nothing differs.
    pub fn is_empty(&self) -> bool {
        self.parts().iter().all(|(_, lines)| lines.is_empty())
    }

    /// The lists with their headings, in the order in which people read them.
    pub fn parts(&self) -> [(&'static str, &[String]); 5] {
        [
            ("changes now", &self.now),
            ("is built in the background", &self.background),
            ("is removed, and its state is kept", &self.removed),
            ("needs a restart of the host", &self.restart),
            ("cannot be changed over this state", &self.impossible),
        ]
    }

    /// For people: each heading with its lines.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        for (heading, part) in self.parts().into_iter().filter(|(_, part)| !part.is_empty()) {
            lines.push(format!("{heading}:"));
            lines.extend(part.iter().map(|line| format!("  {line}")));
        }
        if lines.is_empty() { "nothing differs".to_owned() } else { lines.join("\n") }
    }
}
