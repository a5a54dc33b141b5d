//! "Did you mean": the nearest of the words that would have been right.

/// The one of `known` that `written` most likely stands for, if any is near enough.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |word: &str| word.to_lowercase().replace('-', "_");
    let written = plain(written);
    known
        .into_iter()
        .filter_map(|word| distance(&written, &plain(word)).map(|d| (d, word)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// The number of slips of the pen between two words; `None` means too many for their length. A word
/// that holds the other word (`timezone`, `zone`) is near too, but only as a last resort.
fn distance(written: &str, word: &str) -> Option<usize> {
    let slips = strsim::osa_distance(written, word);
    let (longer, shorter) =
        if written.len() < word.len() { (word, written) } else { (written, word) };
    if slips <= (longer.chars().count() / 3).max(1) {
        Some(slips)
    } else if shorter.len() >= 3 && longer.contains(shorter) {
        Some(slips + 100)
    } else {
        None
    }
}

/// `a, b and c`, or with another last `link`.
pub(super) fn list(words: &[impl AsRef<str>], link: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("`{}`", w.as_ref())).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {link} {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        let known = ["zone", "bound", "future_skew", "idle_after", "month"];
        let check = |written, expected| assert_eq!(nearest(written, known), expected, "{written}");
        check("bonud", Some("bound"));
        check("Bound", Some("bound"));
        check("future-skew", Some("future_skew"));
        check("timezone", Some("zone"));
        check("retention", None);
        check("x", None);
    }

    #[test]
    fn lists_read_as_a_sentence() {
        assert_eq!(list(&["a"], "or"), "`a`");
        assert_eq!(list(&["a", "b", "c"], "or"), "`a`, `b` or `c`");
    }
}
