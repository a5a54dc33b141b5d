//! Snapshots: what goes in comes out, and what was damaged is refused.

use super::*;

fn sample() -> PartitionSnapshot {
    let mut state = PartitionState::starting_at(5);
    state.next_offset = 12;
    state.max_event_time = Some(EventTime(1_447_171_200_000));
    state.accounting.read = 7;
    state.accounting.on_time = 5;
    state.accounting.late = 1;
    state.accounting.rejections[3] = 1;
    let pane =
        |window, lateness, state: &[u8]| PaneSnapshot { window, lateness, state: state.into() };
    let window = TimeWindow { start: EventTime(0), end: EventTime(86_400_000) };
    PartitionSnapshot {
        partition: 3,
        position: Position { cursor: 99, last: Some((RecordTime(7), digest_of(b"record"))) },
        state,
        metrics: vec![MetricSnapshot {
            id: "behavior".into(),
            state_version: 1,
            origin: 5,
            next_offset: 12,
            accounting: MetricAccounting { on_time: 5, late: 1, excluded: 2 },
            panes: vec![
                pane(None, Lateness::OnTime, b"abc"),
                pane(Some(window), Lateness::Late, b""),
            ],
        }],
    }
}

#[test]
fn what_goes_in_comes_out() {
    let snapshot = sample();
    assert_eq!(PartitionSnapshot::decode(&snapshot.encode()), Ok(snapshot));
}

#[test]
fn every_cut_and_every_changed_byte_is_refused() {
    let bytes = sample().encode();
    for end in 0..bytes.len() {
        assert!(PartitionSnapshot::decode(&bytes[..end]).is_err(), "cut at {end}");
    }
    for i in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[i] ^= 0x40;
        assert!(PartitionSnapshot::decode(&changed).is_err(), "byte {i} changed");
    }
}

#[test]
fn an_unknown_version_is_named() {
    let mut bytes = sample().encode();
    bytes[4] = 9;
    assert_eq!(PartitionSnapshot::decode(&bytes), Err(SnapshotError::UnknownVersion(9)));
    assert_eq!(PartitionSnapshot::decode(b"redb"), Err(SnapshotError::NotASnapshot));
}

#[test]
fn the_digest_of_the_state_is_blind_to_position_and_metrics() {
    let mut other = sample();
    other.position = Position::default();
    other.metrics.clear();
    assert_eq!(other.state_digest(), sample().state_digest());
    other.state.accounting.late += 1;
    assert_ne!(other.state_digest(), sample().state_digest());
}
