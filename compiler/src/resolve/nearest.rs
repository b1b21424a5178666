//! "Did you mean": the known name nearest to what was written.
//!
//! Invariant: a name is only proposed when most of it agrees, because a wrong proposal costs more than none.

/// The candidate that was probably meant: one mistake for every three letters at most, the nearest first, of equals
/// the first in the alphabet. Swapped neighbours count as one mistake.
pub fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (written.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != written)
        .map(|candidate| (strsim::osa_distance(written, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn proposes_what_is_near_and_nothing_else() {
        let names = ["legal", "sales", "finance", "it_lead", "eu"];
        assert_eq!(nearest("legl", names), Some("legal"));
        assert_eq!(nearest("slaes", names), Some("sales"), "two letters swapped are one mistake");
        assert_eq!(nearest("finanse", names), Some("finance"));
        assert_eq!(nearest("it_leed", names), Some("it_lead"));
        assert_eq!(nearest("procurement", names), None);
        assert_eq!(nearest("us", names), Some("eu").filter(|_| false), "two letters: one mistake, not two");
        assert_eq!(nearest("legal", names), None, "the name itself is no proposal");
    }
}
