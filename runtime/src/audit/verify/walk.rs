//! One chain, walked row by row: numbers dense, contents as hashed, each row after the one before it.
//!
//! Invariant: only the first bad row is kept; what follows it proves nothing.

use super::marks::Mark;
use crate::store::row::NO_HASH;
use std::collections::VecDeque;

/// The first bad row (`None`: the whole) and what is wrong with it.
pub(super) type Bad = (Option<i64>, String);

/// Where a chain stands while it is walked.
#[derive(Debug)]
pub(super) struct Walk {
    next: i64,
    head: String,
    bad: Option<Bad>,
    marks: VecDeque<Mark>,
    /// Up to this row the checkpoints vouch for it.
    vouched: i64,
}

impl Walk {
    /// At the beginning; `marks` is what checkpoints saw of this chain, oldest first.
    pub fn new(marks: VecDeque<Mark>) -> Self {
        Self { next: 1, head: NO_HASH.to_owned(), bad: None, marks, vouched: 0 }
    }

    /// Whether nothing bad was seen so far.
    pub fn is_whole(&self) -> bool {
        self.bad.is_none()
    }

    /// The next row; `fits`: its content matches its hash.
    pub fn step(&mut self, sequence: i64, previous: &str, hash: &str, fits: bool) {
        if self.bad.is_some() {
            return;
        }
        self.bad = self.fault(sequence, previous, hash, fits);
        self.next += 1;
        self.head.clear();
        self.head.push_str(hash);
    }

    fn fault(&mut self, sequence: i64, previous: &str, hash: &str, fits: bool) -> Option<Bad> {
        if sequence != self.next {
            return Some((Some(self.next), "it is missing".to_owned()));
        }
        if !fits {
            return Some((Some(sequence), "it was changed: its content does not match its hash".to_owned()));
        }
        if previous != self.head {
            return Some((Some(sequence), "it does not follow the row before it".to_owned()));
        }
        while let Some(mark) = self.marks.pop_front_if(|mark| mark.count <= sequence) {
            if mark.count == sequence && mark.head != hash {
                return Some(self.rewritten(sequence, mark.checkpoint));
            }
            self.vouched = sequence;
        }
        None
    }

    fn rewritten(&self, sequence: i64, checkpoint: i64) -> Bad {
        let first = self.vouched + 1;
        let rows = if first < sequence { format!("up to {sequence} they are") } else { "it is".to_owned() };
        let what = format!("the chain was rewritten: {rows} not what checkpoint {checkpoint} saw");
        (Some(first.min(sequence)), what)
    }

    /// After the last row: what the instance says of its chain, and what checkpoints saw beyond it.
    pub fn end(self, count: i64, head: &str) -> Option<Bad> {
        if self.bad.is_some() {
            return self.bad;
        }
        let last = self.next - 1;
        if last < count {
            return Some((Some(self.next), "it is missing: the end was cut off".to_owned()));
        }
        if let Some(mark) = self.marks.iter().find(|mark| mark.count > last) {
            let what = format!("it is missing: the end was cut off, checkpoint {} saw it", mark.checkpoint);
            return Some((Some(self.next), what));
        }
        if last > count {
            return Some((Some(count + 1), "it was added: the instance does not know it".to_owned()));
        }
        (self.head != head).then(|| (Some(count), "it is not the row the instance ended with".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(list: &[(i64, &str)]) -> VecDeque<Mark> {
        let mark = |(at, (count, head)): (usize, &(i64, &str))| Mark {
            count: *count,
            head: (*head).to_owned(),
            checkpoint: i64::try_from(at).unwrap() + 1,
        };
        list.iter().enumerate().map(mark).collect()
    }

    /// A chain of rows `a`, `b`, `c`, …
    fn walked(marks: VecDeque<Mark>, rows: &[&str]) -> Option<Bad> {
        let mut walk = Walk::new(marks);
        let mut before = NO_HASH;
        for (at, row) in rows.iter().enumerate() {
            walk.step(i64::try_from(at).unwrap() + 1, before, row, true);
            before = row;
        }
        walk.end(i64::try_from(rows.len()).unwrap(), before)
    }

    #[test]
    fn a_chain_that_checkpoints_saw_is_whole() {
        assert_eq!(walked(marks(&[(1, "a"), (3, "c")]), &["a", "b", "c", "d"]), None);
    }

    #[test]
    fn a_rewritten_chain_is_bad_from_the_row_after_the_last_one_vouched_for() {
        let bad = walked(marks(&[(1, "a"), (3, "c")]), &["a", "x", "y", "d"]).unwrap();
        assert_eq!(bad.0, Some(2));
        assert_eq!(bad.1, "the chain was rewritten: up to 3 they are not what checkpoint 2 saw");
        let bad = walked(marks(&[(1, "a"), (2, "b")]), &["a", "x"]).unwrap();
        assert_eq!(bad, (Some(2), "the chain was rewritten: it is not what checkpoint 2 saw".to_owned()));
    }

    #[test]
    fn an_end_that_a_checkpoint_saw_is_missed_even_when_the_instance_agrees() {
        let bad = walked(marks(&[(3, "c")]), &["a", "b"]).unwrap();
        assert_eq!(bad, (Some(3), "it is missing: the end was cut off, checkpoint 1 saw it".to_owned()));
    }
}
