//! What is published is a function of the records before its offset, whatever the batches are.

use std::collections::BTreeMap;

use super::*;

const END: i64 = 60;

/// Something that may change where batches are cut, and must change nothing else.
#[derive(Clone, Debug)]
enum Step {
    Take(i64),
    Wait(u64),
    Drain,
    Batch { min: usize, max: usize, delay: u64 },
    Hold(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => (1..15_i64).prop_map(Step::Take),
        3 => (0..130_u64).prop_map(Step::Wait),
        2 => Just(Step::Drain),
        1 => (1..9_usize, 1..25_usize, 0..200_u64)
            .prop_map(|(min, max, delay)| Step::Batch { min, max, delay }),
        1 => (0..10_i64).prop_map(Step::Hold),
    ];
    prop::collection::vec(step, 0..40)
}

/// The bytes of the state after the records before `offset`, by one batch.
fn state_at(offset: i64) -> Vec<u8> {
    let mut setup = setup(&[0]);
    setup.configuration.batch.max = NonZeroUsize::new(1000).expect("not 0");
    let mut whole = Driven::of(setup);
    whole.take(0, 0, offset);
    whole.tell(Event::Stop);
    whole.outbox.read().0[0].encode()
}

/// A publication: the state with its offset, where it had changed, and what came with it.
struct Published {
    state: Option<(i64, Vec<u8>)>,
    /// The offsets of letters and of late records.
    attached: (Vec<i64>, Vec<i64>),
}

impl Published {
    fn of(publication: &Publication) -> Self {
        let letters = publication.attachments.letters.iter().map(|letter| letter.offset);
        let late = publication.attachments.late.iter().map(|record| record.offset);
        let state = publication.snapshots.first();
        Self {
            state: state.map(|state| (state.state.next_offset, state.encode())),
            attached: (letters.collect(), late.collect()),
        }
    }
}

/// An engine with partition 0, which takes the records before `END`.
struct Player {
    driven: Driven,
    next: i64,
    published: Vec<Published>,
}

impl Player {
    fn tell(&mut self, event: Event<'_>) -> Vec<Held> {
        let reply = self.driven.engine.handle(event, self.driven.now);
        self.published
            .extend(reply.publish.iter().map(|(publication, _)| Published::of(publication)));
        if let Some(held) = reply.held.first() {
            self.next = held.next_offset;
        }
        reply.held
    }

    /// Takes records up to `to`, or to a place that holds the partition, which is then released.
    fn take(&mut self, to: i64) {
        let mut buffer = BlockBuffer::default();
        fill(&mut buffer, 0, self.next, to);
        let held = self.tell(Event::Records(buffer.block()));
        // A source at the end of its log says so, whatever was taken of what it brought.
        let held_later = self.tell(Event::ReadTo { partition: 0, offset: to });
        if held.is_empty() && held_later.is_empty() {
            self.next = to;
        } else {
            self.tell(Event::Release(0));
        }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Take(records) => self.take((self.next + records).min(END)),
            Step::Wait(pause) => {
                self.driven.wait(pause);
                self.tell(Event::Tick);
            }
            Step::Drain => drop(self.tell(Event::Drained)),
            Step::Batch { min, max, delay } => {
                let number = |n| NonZeroUsize::new(n).expect("not 0");
                let max_delay = Duration::from_millis(delay);
                let batch = BatchSettings { min: number(min), max: number(max), max_delay };
                let other = Configuration { batch, ..configuration(LateOutput::Collected) };
                self.tell(Event::Reconfigure(Box::new(other)));
            }
            Step::Hold(ahead) => {
                let (partition, offset) = (0, self.next + ahead);
                if !self.tell(Event::HoldAt { partition, offset }).is_empty() {
                    self.tell(Event::Release(0));
                }
            }
        }
    }
}

fn play(steps: &[Step]) -> Vec<Published> {
    let mut player = Player { driven: Driven::new(&[0]), next: 0, published: Vec::new() };
    for step in steps {
        player.step(step);
    }
    player.tell(Event::Release(0));
    player.take(END);
    player.tell(Event::Stop);
    player.published
}

/// The offsets in `from..to` of records that are none, and of those that are late.
fn expected_between(from: i64, to: i64) -> (Vec<i64>, Vec<i64>) {
    let letters = (from..to).filter(|offset| offset % 7 == 5).collect();
    let late = (from..to).filter(|offset| offset % 7 != 5 && offset % 4 == 3).collect();
    (letters, late)
}

proptest! {
    #[test]
    fn each_published_state_is_the_state_of_the_records_before_its_offset(steps in steps()) {
        let published = play(&steps);
        let mut known = BTreeMap::new();
        let mut last = 0;
        for (offset, state) in published.iter().filter_map(|published| published.state.as_ref()) {
            let expected = known.entry(*offset).or_insert_with(|| state_at(*offset));
            prop_assert!(expected == state, "offset {}", offset);
            prop_assert!(last <= *offset);
            last = *offset;
        }
        prop_assert_eq!(last, END);
    }

    #[test]
    fn letters_and_late_records_come_with_the_state_that_counts_them(steps in steps()) {
        let mut counted = 0;
        for Published { state, attached } in play(&steps) {
            let to = state.map_or(counted, |(offset, _)| offset);
            prop_assert_eq!(attached, expected_between(counted, to));
            counted = to;
        }
        prop_assert_eq!(counted, END);
    }
}
