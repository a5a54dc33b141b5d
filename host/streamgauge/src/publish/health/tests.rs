//! Which facts make a pipeline not ready, which only degrade it, and since when.

use streamgauge_checkpoint::FailureKind;
use streamgauge_core::GapKind;

use super::super::partition::PartitionPhase;
use super::super::partition::tests::view;
use super::*;

fn cause(code: CauseCode) -> Cause {
    Cause::warning(code, format!("because of {code:?}"), &[])
}

fn stopped(partition: u32, code: CauseCode) -> PartitionView {
    PartitionView { cause: Some(cause(code)), ..view(partition, None, PartitionPhase::Gap) }
}

/// Facts of a live pipeline without a trouble, and the changes of the closure.
fn look<'a>(verdicts: &mut Verdicts, now: i64, change: impl FnOnce(&mut Facts<'a>)) -> Health {
    let mut facts =
        Facts { mode: Mode::Live, cause: None, partitions: &[], checkpoint: None, warnings: &[] };
    change(&mut facts);
    verdicts.look(&facts, Some(3), now)
}

/// What each trouble is of, by its code, with its age.
fn told(troubles: &[Trouble]) -> Vec<String> {
    let tell = |trouble: &Trouble| {
        let Trouble { what, of, since, cause } = trouble;
        format!("{what} {}: {} since {since}", of.join(","), cause.code)
    };
    troubles.iter().map(tell).collect()
}

#[test]
fn a_mode_that_counts_nothing_is_not_ready_and_says_why() {
    let unreachable = cause(CauseCode::BrokerUnreachable);
    for (mode, cause, expected) in [
        (Mode::Live, None, None),
        (Mode::CatchingUp, None, None),
        (Mode::Replaying, None, None),
        (Mode::Ended, None, None),
        (Mode::Restoring, None, Some("pipeline : restoring since 5")),
        (Mode::Waiting, Some(&unreachable), Some("pipeline : broker_unreachable since 5")),
        (Mode::Failed, Some(&unreachable), Some("pipeline : broker_unreachable since 5")),
    ] {
        let health =
            look(&mut Verdicts::default(), 5, |facts| (facts.mode, facts.cause) = (mode, cause));
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        let is_ready = expected.is_empty();
        assert_eq!((told(&health.troubles), health.ready), (expected, is_ready), "{mode:?}");
    }
}

#[test]
fn partitions_that_stand_still_for_one_reason_are_one_trouble() {
    let gap = CauseCode::Gap(GapKind::LogStartMoved);
    let partitions = [
        view(0, None, PartitionPhase::Running),
        stopped(1, gap),
        stopped(2, CauseCode::SourceFailed),
        stopped(5, gap),
    ];
    // The gaps of partitions are among the warnings too, and told once.
    let warnings = [cause(gap)];
    let health = look(&mut Verdicts::default(), 5, |facts| {
        facts.partitions = &partitions;
        facts.warnings = &warnings;
    });
    let expected = [
        "partition 1,5: log_start_moved since 5".to_owned(),
        "partition 2: source_failed since 5".to_owned(),
    ];
    assert_eq!((told(&health.troubles), health.ready), (expected.into(), false));
}

#[test]
fn what_the_whole_pipeline_waits_for_is_not_told_again_by_its_partitions() {
    let code = CauseCode::BrokerUnreachable;
    let (whole, partitions) = (cause(code), [stopped(0, code), stopped(1, code)]);
    let health = look(&mut Verdicts::default(), 5, |facts| {
        (facts.mode, facts.cause, facts.partitions) = (Mode::Waiting, Some(&whole), &partitions);
    });
    assert_eq!(told(&health.troubles), ["pipeline : broker_unreachable since 5"]);
}

fn failing(kind: FailureKind) -> Failing {
    Failing { since: 1, failures: 2, reason: "disk full".to_owned(), kind }
}

#[test]
fn counts_that_cannot_be_kept_are_not_ready_and_incomplete_results_are() {
    let warnings = [Cause::warning(CauseCode::MostlyLate, String::new(), &[])];
    let full = failing(FailureKind::OutputFull);
    let health = look(&mut Verdicts::default(), 5, |facts| facts.checkpoint = Some(&full));
    assert_eq!(told(&health.troubles), ["checkpoint : output_full since 5"]);
    let failing = failing(FailureKind::Failed);
    let health = look(&mut Verdicts::default(), 5, |facts| {
        (facts.checkpoint, facts.warnings) = (Some(&failing), &warnings);
    });
    assert_eq!(told(&health.troubles), ["checkpoint : checkpoint_failing since 5"]);
    assert_eq!(health.troubles[0].cause.message, "disk full");
    assert_eq!(told(&health.degraded), ["data : mostly_late since 5"]);
    let health = look(&mut Verdicts::default(), 5, |facts| facts.warnings = &warnings);
    assert!(health.ready);
}

#[test]
fn a_trouble_keeps_its_age_and_counts_are_exact_up_to_the_last_good_moment() {
    let mut verdicts = Verdicts::default();
    let failing = failing(FailureKind::Failed);
    let full = |verdicts: &mut Verdicts, now| {
        look(verdicts, now, |facts| facts.checkpoint = Some(&failing))
    };
    assert_eq!(full(&mut verdicts, 5).exact_until, Some(3), "as of the stored checkpoint");
    assert_eq!(look(&mut verdicts, 9, |_| ()).exact_until, Some(9));
    full(&mut verdicts, 11);
    let health = full(&mut verdicts, 20);
    assert_eq!(told(&health.troubles), ["checkpoint : checkpoint_failing since 11"]);
    assert_eq!(health.exact_until, Some(9));
    look(&mut verdicts, 21, |_| ());
    assert_eq!(full(&mut verdicts, 30).troubles[0].since, 30, "another one");
}
