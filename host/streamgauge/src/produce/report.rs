//! The report on the records that were sent, for people and for programs.

use std::fmt;

use serde::Serialize;

/// The result of [`produce`](super::produce()).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProduceReport {
    /// The topic that the records went to.
    pub topic: String,
    /// True if the topic was created for these records.
    pub created: bool,
    /// Records handed to the broker.
    pub sent: u64,
    /// Records that all replicas have.
    pub acknowledged: u64,
    /// Records that were not taken.
    pub failed: u64,
    /// CSV lines that were no rows and were sent unchanged, for the pipeline to reject.
    pub malformed: u64,
    /// The number of records sent, by partition.
    pub partitions: Vec<u64>,
    /// From the first record to the last acknowledgement.
    pub seconds: f64,
    /// The seed of generated events.
    pub seed: Option<u64>,
    /// True if a signal ended the command early.
    pub interrupted: bool,
}

impl ProduceReport {
    /// The rate of acknowledged records, in records per second.
    pub fn rate(&self) -> f64 {
        if self.seconds > 0.0 { self.acknowledged as f64 / self.seconds } else { 0.0 }
    }
}

impl fmt::Display for ProduceReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let created = if self.created { "new, " } else { "" };
        let partitions = match self.partitions.len() {
            1 => "1 partition".to_owned(),
            count => format!("{count} partitions"),
        };
        writeln!(
            f,
            "sent {} records to topic `{}` ({created}{partitions})",
            self.sent, self.topic
        )?;
        writeln!(
            f,
            "acknowledged {}, failed {}, in {:.2} s ({:.0}/s)",
            self.acknowledged,
            self.failed,
            self.seconds,
            self.rate()
        )?;
        let counts: Vec<String> = self.partitions.iter().map(u64::to_string).collect();
        writeln!(f, "by partition: {}", counts.join(" "))?;
        if self.malformed > 0 {
            writeln!(f, "lines that are no CSV rows, sent as they are: {}", self.malformed)?;
        }
        if let Some(seed) = self.seed {
            writeln!(f, "seed {seed}")?;
        }
        if self.interrupted {
            writeln!(f, "interrupted before the end")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn people_and_programs_read_the_same() {
        let report = ProduceReport {
            topic: "t".to_owned(),
            created: true,
            sent: 3,
            acknowledged: 3,
            failed: 0,
            malformed: 1,
            partitions: vec![2, 1],
            seconds: 0.5,
            seed: Some(7),
            interrupted: true,
        };
        expect![[r"
            sent 3 records to topic `t` (new, 2 partitions)
            acknowledged 3, failed 0, in 0.50 s (6/s)
            by partition: 2 1
            lines that are no CSV rows, sent as they are: 1
            seed 7
            interrupted before the end
        "]]
        .assert_eq(&report.to_string());
        let json = serde_json::to_string(&report).expect("a report is plain data");
        expect![[r#"{"topic":"t","created":true,"sent":3,"acknowledged":3,"failed":0,"malformed":1,"partitions":[2,1],"seconds":0.5,"seed":7,"interrupted":true}"#]].assert_eq(&json);
        let at_once = ProduceReport { seconds: 0.0, ..report };
        assert!(at_once.rate().abs() < f64::EPSILON);
    }
}
