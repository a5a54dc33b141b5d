//! What a host took over, in the words of an author: what was swapped, for how long the stream stood
//! still, and what is counted again.

use streamgauge_wire::Done;

/// The lines of what a host took over.
pub(super) fn swapped(done: &Done) -> Vec<String> {
    let changes = &done.difference;
    let is_counted_again = !changes.background.is_empty();
    let mut lines = Vec::new();
    let taken = [&changes.now[..], &changes.background, &changes.removed].concat();
    if taken.is_empty() {
        lines.push("nothing differs from what is on the page".to_owned());
    } else {
        // How it was taken over stands below what was.
        let how = done.message.lines().last().unwrap_or_default();
        let counts = if is_counted_again { "" } else { ", and all counts go on" };
        lines.push(format!("swapped while it runs: {}", taken.join("; ")));
        lines.push(format!("{how}{counts}"));
    }
    if is_counted_again {
        let these: Vec<_> = changes.background.iter().map(|line| subject(line)).collect();
        lines.push(format!(
            "counted again from the first event, in the background: {}; it joins the others when \
             it has caught up",
            these.join(", ")
        ));
    }
    for line in &changes.restart {
        lines.push(format!("left as it was until you start this anew: {line}"));
    }
    lines
}

/// The subject of a line, such as a metric.
fn subject(line: &str) -> &str {
    let end = line.find(": ").or_else(|| line.find(" is new"));
    end.map_or(line, |end| &line[..end])
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use streamgauge_wire::Difference;

    use super::*;

    #[track_caller]
    fn check(change: impl FnOnce(&mut Difference), expected: &Expect) {
        let mut difference = Difference::default();
        change(&mut difference);
        let message = format!("{}\nthe workers stood still for 21 ms", difference.text());
        let done = Done { message, difference };
        expected.assert_eq(&swapped(&done).join("\n"));
    }

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn an_author_is_told_what_was_swapped_and_what_is_counted_again() {
        check(|_| {}, &expect!["nothing differs from what is on the page"]);
        check(
            |changes| changes.now = lines(&["metric `age`: plugin 01 → 02"]),
            &expect![[r"
                swapped while it runs: metric `age`: plugin 01 → 02
                the workers stood still for 21 ms, and all counts go on"]],
        );
        check(
            |changes| {
                changes.now = lines(&["metric `age`: plugin 01 → 02"]);
                changes.background =
                    lines(&["metric `age`: state version 1 → 2", "metric `top` is new"]);
                changes.restart = lines(&["server.public: false → true"]);
            },
            &expect![[r"
                swapped while it runs: metric `age`: plugin 01 → 02; metric `age`: state version 1 → 2; metric `top` is new
                the workers stood still for 21 ms
                counted again from the first event, in the background: metric `age`, metric `top`; it joins the others when it has caught up
                left as it was until you start this anew: server.public: false → true"]],
        );
    }
}
