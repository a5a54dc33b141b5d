//! Records without a stamp, as old clients wrote them and brokers still take them. No client that
//! is kept up sends one, so the request is written byte by byte.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::broker::Broker;
use crate::process::finish;
use crate::result::book;
use crate::workplace::{Settings, Workplace, unique};

/// 2015-11-11T02:00:00Z.
const START: i64 = 1_447_207_200_000;

/// A value as the protocol has it: big-endian, texts with a length of two bytes.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn put<const N: usize>(mut self, big_endian: [u8; N]) -> Self {
        self.0.extend(big_endian);
        self
    }

    fn i16(self, number: i16) -> Self {
        self.put(number.to_be_bytes())
    }

    fn i32(self, number: i32) -> Self {
        self.put(number.to_be_bytes())
    }

    fn i64(self, number: i64) -> Self {
        self.put(number.to_be_bytes())
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    /// Bytes behind their length.
    fn sized(self, bytes: &[u8]) -> Self {
        self.i32(bytes.len() as i32).bytes(bytes)
    }

    /// A number of variable length, zigzag.
    fn varint(mut self, number: i64) -> Self {
        let mut rest = ((number << 1) ^ (number >> 63)) as u64;
        while rest >= 0x80 {
            self.0.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.0.push(rest as u8);
        self
    }
}

/// CRC-32C, bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0x82f6_3b78 } else { crc >> 1 }
        })
    })
}

/// A batch of records whose stamps are all -1.
fn batch(values: &[&str]) -> Vec<u8> {
    let mut records = Bytes::default();
    for (index, value) in (0..).zip(values) {
        let record = Bytes::default().put([0]).varint(0).varint(index).varint(-1);
        let record = record.varint(value.len() as i64).bytes(value.as_bytes()).varint(0);
        records = records.varint(record.0.len() as i64).bytes(&record.0);
    }
    let last = values.len() as i32 - 1;
    // Attributes, the last offset, both stamps, no producer with an epoch and a sequence.
    let counted = Bytes::default().i16(0).i32(last).i64(-1).i64(-1).i64(-1).i16(-1).i32(-1);
    let counted = counted.i32(last + 1).bytes(&records.0).0;
    // The epoch of the leader, and the second magic number, stand before the checksum.
    let rest = Bytes::default().i32(-1).put([2]).put(crc32c(&counted).to_be_bytes());
    Bytes::default().i64(0).sized(&rest.bytes(&counted).0).0
}

/// Sends such a batch to partition 0 of `topic`.
fn send_unstamped(broker: &Broker, topic: &str, values: &[&str]) {
    let name = |bytes: Bytes, text: &str| bytes.i16(text.len() as i16).bytes(text.as_bytes());
    // Produce, version 3: no transaction, all replicas, within ten seconds; one topic, one partition.
    let request = name(Bytes::default().i16(0).i16(3).i32(7), "old");
    let request = name(request.i16(-1).i16(-1).i32(10_000).i32(1), topic);
    let request = request.i32(1).i32(0).sized(&batch(values));
    let mut stream = TcpStream::connect(broker.address()).expect("the broker listens");
    stream.write_all(&Bytes::default().sized(&request.0).0).expect("the broker reads");
    let mut length = [0; 4];
    stream.read_exact(&mut length).expect("the broker answers");
    let mut answer = vec![0; i32::from_be_bytes(length) as usize];
    stream.read_exact(&mut answer).expect("the broker answers");
    // The request's number, one topic with its name, one partition with its number.
    let error = 4 + 4 + 2 + topic.len() + 4 + 4;
    assert_eq!(answer[error..error + 2], [0, 0], "{answer:?}");
}

#[test]
fn a_record_without_a_stamp_has_none_everywhere() {
    let broker = Broker::shared();
    let topic = unique("unstamped");
    broker.create_topic(&topic, 1);
    let at = |minutes: i64| format!("{{\"ts\":{},\"action\":1}}", START + minutes * 60_000);
    let good = [at(0), at(90), at(30)];
    let values = [&good[..], &["{\"action\":2}".to_owned(), "not JSON".to_owned()]].concat();
    send_unstamped(&broker, &topic, &values.iter().map(String::as_str).collect::<Vec<_>>());
    for clock in ["watermark", "record"] {
        let place = Workplace::new(&Settings {
            schema: "ts = \"timestamp\"\naction = { type = \"unsigned\", max = 3 }\n".to_owned(),
            event_time: "field = \"ts\"\nunit = \"ms\"\n".to_owned(),
            lateness: format!("[lateness]\nclock = \"{clock}\"\n"),
            metrics: vec!["behavior".to_owned()],
            of_metrics: "windows = [\"cumulative\", \"1h\"]\n".to_owned(),
            ..Settings::kafka(&broker.address(), &topic)
        });
        let run = || finish(place.command("run").args(["--until-end", "--json"])).json();
        let result = run();
        // Without a stamp nothing is of the future; by the stamp's clock nothing is late.
        let late = u64::from(clock == "watermark");
        assert_eq!((book(&result, "read"), book(&result, "late")), (5, late), "{clock}");
        assert_eq!(book(&result, "event_time_future"), 0);
        assert_eq!(book(&result, "event_time_fallback"), 1);
        let books = &result["metric_accounting"]["behavior"];
        let outside = &books["windows"]["1h"];
        assert_eq!((&outside["unplaced"], &outside["expired"]), (&1.into(), &0.into()), "{books}");
        assert_eq!(books["folded"], 4);
        let letters = place.dead_letters();
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert_eq!((&letters[0]["timestamp"], &letters[0]["offset"]), (&Value::Null, &4.into()));
        let explained = finish(&mut place.command("explain 0@3 --json")).json();
        assert_eq!((&explained["stamp"], &explained["event_time"]), (&Value::Null, &Value::Null));
        assert_eq!(explained["metrics"]["behavior"]["windows"][1]["unplaced"], true, "{explained}");
        finish(&mut place.command("verify")).ok();
        // The last record is known again: a stamp that is not there is no gap.
        assert_eq!(book(&run(), "read"), 5);
    }
}
