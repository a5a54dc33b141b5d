//! The generator as its users see it: bytes, shares, days, dirt.

use std::fmt::Write as _;

use expect_test::expect;
use serde_json::Value;

use super::super::Generator;
use super::super::testing::{
    DirtEffect, check_share_of_dirt, difference, dirty, fingerprint, objects, shares, text,
};
use super::*;
use streamgauge_pipeline::Shape;

fn settings() -> GeneratorSettings {
    GeneratorSettings {
        shape: Shape::Shop,
        rate: 1000.0,
        seed: 42,
        partitions: 1,
        season: 100_000,
        limit: None,
        swing: false,
        late: 0.0,
        dirt: 0.0,
        users: 100_000,
        items: 1_000_000,
        skew: Skew::Zipf,
    }
}

fn position_in_season(object: &Value) -> usize {
    let number = |field: &str| object[field].as_u64().expect("a number") as u8;
    let date = (number("month"), number("day"));
    DATES.iter().position(|d| *d == date).expect("a day of the season")
}

#[test]
fn events_are_spread_over_users_as_asked_for() {
    let busiest = |skew| {
        let settings = GeneratorSettings { users: 100, skew, ..settings() };
        let events = shares(&objects(&settings, 20_000), "user_id").into_values();
        events.fold(0.0, f64::max)
    };
    let (zipf, even) = (busiest(Skew::Zipf), busiest(Skew::Even));
    assert!(zipf > 0.03, "{zipf}");
    assert!((0.01..0.015).contains(&even), "{even}");
}

#[test]
fn a_seed_means_the_same_bytes_for_ever() {
    let look = fingerprint(&GeneratorSettings { late: 0.1, dirt: 0.1, ..settings() }, 1000);
    expect!["167264 bytes, 1bf208eb484abb00"].assert_eq(&look);
    let record = text(&Generator::new(&settings()), 0, 12_345);
    expect![[r#"{"user_id":"25394","item_id":"164836","cat_id":"557","merchant_id":"18","brand_id":"5803.0","month":6,"day":9,"action":0,"age_range":2,"gender":2,"province":"河北"}"#]].assert_eq(&record);
}

#[test]
fn records_do_not_depend_on_what_was_asked_before() {
    let one = Generator::new(&settings());
    let forwards: Vec<String> = (0..100).map(|i| text(&one, 0, i)).collect();
    let other = Generator::new(&settings());
    let mut backwards: Vec<String> = (0..100).rev().map(|i| text(&other, 0, i)).collect();
    backwards.reverse();
    assert_eq!(forwards, backwards);
    let reseeded = Generator::new(&GeneratorSettings { seed: 43, ..settings() });
    assert_ne!(text(&one, 0, 0), text(&reseeded, 0, 0));
}

#[test]
fn shares_are_those_of_the_log() {
    let objects = objects(&settings(), 100_000);
    let actions = shares(&objects, "action");
    let near = |key: &str, share: f64, tolerance: f64| {
        let found = actions[key];
        assert!((found - share).abs() < tolerance, "action {key}: {found}");
    };
    near("0", 0.88, 0.005);
    near("1", 0.001, 0.0005);
    near("2", 0.066, 0.003);
    near("3", 0.053, 0.003);
    let brands = shares(&objects, "brand_id");
    assert!((0.0006..0.0014).contains(&brands["null"]), "{}", brands["null"]);
    assert!(brands.keys().all(|b| b == "null" || b.ends_with(".0\"")));
    assert_eq!(shares(&objects, "province").len(), 34);
    let busiest = shares(&objects, "user_id").into_values().fold(0.0, f64::max);
    assert!((0.005..0.02).contains(&busiest), "{busiest}");
}

#[test]
fn november_11_has_a_fifth_of_the_events_and_more_of_the_purchases() {
    let objects = objects(&settings(), 100_000);
    let (last, rest): (Vec<Value>, Vec<Value>) =
        objects.into_iter().partition(|o| o["month"] == 11 && o["day"] == 11);
    assert!((19_000..=19_600).contains(&last.len()), "{}", last.len());
    let purchases = |objects: &[Value]| objects.iter().filter(|o| o["action"] == 2).count() as f64;
    let share = purchases(&last) / (purchases(&last) + purchases(&rest));
    assert!((0.33..0.41).contains(&share), "{share}");
}

#[test]
fn days_never_go_back_without_late_events() {
    let three = GeneratorSettings { partitions: 3, ..settings() };
    let generator = Generator::new(&three);
    for partition in 0..3 {
        let parse = |i| serde_json::from_str(&text(&generator, partition, i)).expect("clean JSON");
        let days: Vec<usize> = (0..34_000).map(|i| position_in_season(&parse(i))).collect();
        assert!(days.is_sorted());
        assert_eq!((days[0], days[33_999]), (0, calendar::LAST_DAY));
    }
}

#[test]
fn late_events_lie_one_to_thirty_days_back() {
    let late = GeneratorSettings { late: 0.02, ..settings() };
    let shop = Shop::new(&settings());
    let mut backs = Vec::new();
    for (index, object) in objects(&late, 110_000).iter().enumerate() {
        let today = shop.calendar.day(index as u64);
        let day = position_in_season(object);
        assert!(day <= today && today - day <= LATE_DAYS_MAX);
        if day < today {
            backs.push(today - day);
        }
    }
    assert!((1900..2500).contains(&backs.len()), "{}", backs.len());
    assert_eq!((backs.iter().min(), backs.iter().max()), (Some(&1), Some(&30)));
}

#[test]
fn stamps_follow_a_clock_of_their_own() {
    let two = Generator::new(&GeneratorSettings { partitions: 2, ..settings() });
    let stamp = |generator: &Generator, p, i| generator.record(p, i, &mut Vec::new()).0;
    assert_eq!(stamp(&two, 0, 0), 1_431_273_600_000);
    assert_eq!(stamp(&two, 1, 10), 1_431_273_600_021);
    let unpaced = GeneratorSettings { rate: f64::INFINITY, ..settings() };
    assert_eq!(stamp(&Generator::new(&unpaced), 0, 5000), 1_431_273_605_000);
    assert!(stamp(&two, 1, u64::MAX) > 0);
}

#[test]
fn each_kind_of_dirt_has_its_own_look() {
    let (generator, shop) = (Generator::new(&settings()), Shop::new(&settings()));
    // The record at index 5000 has nothing special.
    let clean = text(&generator, 0, 5000);
    let mut looks = String::new();
    for dirt in Dirt::ALL {
        let out = dirty(&generator, &shop, dirt, 5000);
        let look = difference(&clean, &String::from_utf8_lossy(&out));
        writeln!(looks, "{dirt:?} {:?}: {look}", dirt.effect()).expect("a string takes all");
    }
    expect![[r#"
        LeadingZeros Read: 5,"day":22 => "05","day":"22"
        QuotedNumbers Read: 5,"day":22,"action":0,"age_range":2,"gender":1 => "5","day":"22","action":"0","age_range":"2","gender":"1"
        WholeFractions Read: ,"day":22,"action":0,"age_range":2,"gender":1 => .0,"day":22.0,"action":0.0,"age_range":2.0,"gender":1.0
        NanBrand Read: "3257.0" => NaN
        Escapes Read: 重庆市 => \u91cd\u5e86\u5e02
        ExtraFields Read: merchant_id":"33","brand_id":"3257.0","month":5,"day":22 => price":12.50,"merchant_id":"33","brand_id":"3257.0","tags":["a",{"action":9},null],"month":5,"day":22,"session":{"id":"x","gender":"?"}
        RepeatedKey Read:  => action":9,"
        WhiteSpace Read: {"user_id":"66695","item_id":"436866","cat_id":"482","merchant_id":"33","brand_id":"3257.0","month":5,"day":22,"action":0,"age_range":2,"gender":1,"province":"重庆市"} =>   { 	"user_id" :  "66695"  , 	"item_id" :  "436866"  , 	"cat_id" :  "482"  , 	"merchant_id" :  "33"  , 	"brand_id" :  "3257.0"  , 	"month" :  5  , 	"day" :  22  , 	"action" :  0  , 	"age_range" :  2  , 	"gender" :  1  , 	"province" :  "重庆市" 	} 	
        EmptyValues Read: "33","brand_id":"3257.0 => null,"brand_id":"
        KeyOrder Read: user_id":"66695","item_id":"436866","cat_id":"482","merchant_id":"33","brand_id":"3257.0","month":5,"day":22,"action":0,"age_range":2,"gender":1,"province":"重庆市 => item_id":"436866","cat_id":"482","merchant_id":"33","brand_id":"3257.0","month":5,"day":22,"action":0,"age_range":2,"gender":1,"province":"重庆市","user_id":"66695
        Truncated Rejected: ":"66695","item_id":"436866","cat_id":"482","merchant_id":"33","brand_id":"3257.0","month":5,"day":22,"action":0,"age_range":2,"gender":1,"province":"重庆市"} => 
        NotAnObject Rejected: {"user_id":"66695","item_id":"436866","cat_id":"482","merchant_id":"33","brand_id":"3257.0","month":5,"day":22,"action":0,"age_range":2,"gender":1,"province":"重庆市"} => [1,2,3]
        InvalidUtf8 Rejected: 重庆市 => �㶫
        Empty Rejected: {"user_id":"66695","item_id":"436866","cat_id":"482","merchant_id":"33","brand_id":"3257.0","month":5,"day":22,"action":0,"age_range":2,"gender":1,"province":"重庆市"} => 
        ActionBeyondMax Unusable("action"): 0 => 9
        ActionFraction Unusable("action"): 0 => 1.5
        GenderText Unusable("gender"): 1 => "x"
        ProvinceMissing Missing("province"): ,"province":"重庆市" => 
        ProvinceNull Missing("province"): "重庆市" => null
        MonthThirteen Fallback: 5 => 13
        FebruaryThirtieth Fallback: 5,"day":22 => 2,"day":30
    "#]].assert_eq(&looks);
}

#[test]
fn readable_dirt_reads_like_the_clean_record() {
    let (generator, shop) = (Generator::new(&settings()), Shop::new(&settings()));
    for dirt in Dirt::ALL.into_iter().filter(|d| d.effect() == DirtEffect::Read) {
        for index in 0..200 {
            let out = dirty(&generator, &shop, dirt, index);
            // Bare NaN is the one thing here that a strict parser refuses.
            let text = String::from_utf8(out).expect("UTF-8").replace(":NaN", ":null");
            let soiled: Value = serde_json::from_str(&text).expect("an object");
            let clean: Value =
                serde_json::from_str(&super::super::testing::text(&generator, 0, index))
                    .expect("ok");
            for field in ["month", "day", "action", "age_range", "gender", "province"] {
                assert_eq!(plain(&soiled[field]), plain(&clean[field]), "{dirt:?} {field}");
            }
        }
    }
}

/// A value without what the decoders must see through: quotes, leading zeros, `.0`.
fn plain(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = text.strip_suffix(".0").unwrap_or(&text).trim_start_matches('0');
    text.to_owned()
}

#[test]
fn unreadable_dirt_is_no_record() {
    let (generator, shop) = (Generator::new(&settings()), Shop::new(&settings()));
    for dirt in Dirt::ALL.into_iter().filter(|d| d.effect() == DirtEffect::Rejected) {
        for index in 0..500 {
            let out = dirty(&generator, &shop, dirt, index);
            let parsed: Result<Value, _> = serde_json::from_slice(&out);
            assert!(!parsed.is_ok_and(|v| v.is_object()), "{dirt:?} {index}");
        }
    }
}

#[test]
fn the_share_of_dirt_is_kept_and_every_kind_occurs() {
    check_share_of_dirt(&settings(), &Shop::new(&settings()));
}
