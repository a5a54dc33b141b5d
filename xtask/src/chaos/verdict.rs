//! The end of the demo: the numbers of the page beside those that another program counted.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use serde_json::Value;

use super::recount::Recount;
use crate::step::grouped;

/// A number by both counts.
#[derive(Debug, PartialEq, Eq)]
struct Pair {
    name: String,
    page: u64,
    recount: u64,
}

/// Prints both counts, and fails if they differ anywhere.
pub(super) fn print(result: &Value, recount: &Recount) -> Result<()> {
    let book = |name: &str| result["accounting"][name].as_u64().unwrap_or(0);
    println!(
        "\nread {} = on time {} + late {} + rejected {}",
        grouped(book("read")),
        grouped(book("on_time")),
        grouped(book("late")),
        grouped(book("rejected"))
    );
    println!("{:<28}{:>14}{:>14}", "", "page", "recount");
    let pairs = pairs(result, recount);
    for Pair { name, page, recount } in &pairs {
        let mark = if page == recount { "" } else { "   differs" };
        println!("{name:<28}{:>14}{:>14}{mark}", grouped(*page), grouped(*recount));
    }
    let different = pairs.iter().filter(|pair| pair.page != pair.recount).count();
    if different > 0 {
        bail!("{different} of {} numbers differ", pairs.len());
    }
    println!("equal");
    Ok(())
}

/// Every number that both programs know.
fn pairs(result: &Value, recount: &Recount) -> Vec<Pair> {
    let pair = |name: &str, page: u64, recount: u64| Pair { name: name.to_owned(), page, recount };
    let book = |name: &str| result["accounting"][name].as_u64().unwrap_or(0);
    let mut pairs = vec![
        pair("read", book("read"), recount.read),
        pair(
            "on time + late",
            book("on_time") + book("late"),
            recount.read.saturating_sub(recount.rejected),
        ),
        pair("rejected", book("rejected"), recount.rejected),
    ];
    let Some(page) = actions(result) else { return pairs };
    let number = |of: &BTreeMap<String, u64>, action: &str| of.get(action).copied().unwrap_or(0);
    let all: BTreeSet<&String> = page.keys().chain(recount.actions.keys()).collect();
    pairs.extend(all.into_iter().map(|action| {
        let name = format!("events with action {action}");
        pair(&name, number(&page, action), number(&recount.actions, action))
    }));
    pairs
}

/// The events by action, of all time; `None` means that the pipeline does not count them.
fn actions(result: &Value) -> Option<BTreeMap<String, u64>> {
    let windows = result["metrics"]["behavior"].as_array()?;
    let cumulative = windows.iter().find(|window| window["window"].is_null())?;
    let rows = cumulative["total"].as_array()?.iter();
    let row = |row: &Value| Some((row["action"].as_str()?.to_owned(), row["events"].as_u64()?));
    Some(rows.filter_map(row).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn result(behavior: &Value) -> Value {
        json!({
            "accounting": {"read": 10, "on_time": 7, "late": 1, "rejected": 2},
            "metrics": {"behavior": behavior},
        })
    }

    fn recount() -> Recount {
        let actions = BTreeMap::from([("0".to_owned(), 5), ("3".to_owned(), 3)]);
        Recount { read: 10, rejected: 2, actions }
    }

    #[test]
    fn an_action_that_only_one_has_differs() {
        let rows = json!([{"action": "0", "events": 5}, {"action": "2", "events": 3}]);
        let of_a_day = json!({"window": {"spec": "1d"}, "total": []});
        let windows = json!([of_a_day, {"window": null, "total": rows}]);
        let pairs = pairs(&result(&windows), &recount());
        let different: Vec<&Pair> = pairs.iter().filter(|pair| pair.page != pair.recount).collect();
        let pair = |action: &str, page, recount| Pair {
            name: format!("events with action {action}"),
            page,
            recount,
        };
        assert_eq!(different, [&pair("2", 3, 0), &pair("3", 0, 3)]);
        assert_eq!(pairs.len(), 6);
    }

    #[test]
    fn without_the_metric_the_books_are_compared() {
        let pairs = pairs(&result(&Value::Null), &recount());
        assert!(pairs.iter().all(|pair| pair.page == pair.recount), "{pairs:?}");
        assert_eq!(pairs.len(), 3);
    }
}
