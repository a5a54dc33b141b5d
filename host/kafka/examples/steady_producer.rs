//! The producer of `cargo xtask bench latency`: every user once, as fast as the broker takes them,
//! then events at a steady rate until it is killed. Each has the time of day in it. Prints a line
//! once every user was sent.
//!
//! Usage: `steady_producer BROKERS TOPIC USERS RATE`

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rdkafka::config::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::types::RDKafkaErrorCode;

const TIMEOUT: Duration = Duration::from_mins(1);

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [brokers, topic, users, rate] = args.as_slice() else { usage() };
    let (Ok(users), Ok(rate)) = (users.parse::<u64>(), rate.parse::<f64>()) else { usage() };
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("compression.type", "lz4")
        .set("linger.ms", "2")
        .set("queue.buffering.max.messages", "1000000")
        .create()
        .expect("the settings are valid");
    (0..users).for_each(|user| send(&producer, topic, user));
    producer.flush(TIMEOUT).expect("the broker takes them");
    println!("every user was sent");
    let (begun, mut sent) = (Instant::now(), 0);
    loop {
        let due = (begun.elapsed().as_secs_f64() * rate) as u64;
        for place in sent..due {
            // A prime step: users come in no order, and each as often as any other.
            send(&producer, topic, place * 7919 % users);
        }
        sent = due;
        producer.poll(Duration::ZERO);
        thread::sleep(Duration::from_millis(1));
    }
}

fn send(producer: &BaseProducer, topic: &str, user: u64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let event = format!("{{\"ts\":{now},\"user_id\":\"u{user}\"}}");
    let mut record = BaseRecord::<(), str>::to(topic).payload(&event);
    while let Err((error, again)) = producer.send(record) {
        let is_full = KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull);
        assert!(error == is_full, "the broker takes no events: {error}");
        producer.poll(Duration::from_millis(10));
        record = again;
    }
}

fn usage() -> ! {
    eprintln!("usage: steady_producer BROKERS TOPIC USERS RATE");
    std::process::exit(2);
}
