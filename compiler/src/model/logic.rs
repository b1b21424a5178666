//! What the model's formulas are made of: the operations, whatever stands behind them.
//!
//! The states of the nodes are written once, over any [`Logic`]: over decision diagrams ([`Space`](super::space::Space))
//! they decide every question, over 64 runs at a time ([`Lanes`]) they answer most of them with an example, at a
//! thousandth of the cost. Invariant: both mean the same by the same variables.

/// A Boolean algebra with variables.
pub trait Logic {
    /// A truth value, depending on variables.
    type Truth: Clone;

    /// True or false, whatever the variables say.
    fn constant(&self, value: bool) -> Self::Truth;
    /// A variable, by number.
    fn variable(&self, number: usize) -> Self::Truth;
    /// Both hold.
    fn and(&self, a: &Self::Truth, b: &Self::Truth) -> Self::Truth;
    /// One of the two holds.
    fn or(&self, a: &Self::Truth, b: &Self::Truth) -> Self::Truth;
    /// It does not hold.
    fn not(&self, a: &Self::Truth) -> Self::Truth;

    /// The first holds and the second does not.
    fn without(&self, a: &Self::Truth, b: &Self::Truth) -> Self::Truth {
        self.and(a, &self.not(b))
    }

    /// All hold; taken in order, so that a diagram grows from its later levels up.
    fn all<'t>(&self, truths: impl IntoIterator<Item = &'t Self::Truth>) -> Self::Truth
    where
        Self::Truth: 't,
    {
        truths.into_iter().fold(self.constant(true), |all, next| self.and(&all, next))
    }

    /// At least one holds.
    fn any<'t>(&self, truths: impl IntoIterator<Item = &'t Self::Truth>) -> Self::Truth
    where
        Self::Truth: 't,
    {
        truths.into_iter().fold(self.constant(false), |any, next| self.or(&any, next))
    }

    /// At least `count` of them hold.
    fn at_least(&self, count: usize, truths: &[Self::Truth]) -> Self::Truth {
        match count {
            0 => return self.constant(true),
            1 => return self.any(truths),
            _ if count > truths.len() => return self.constant(false),
            _ if count == truths.len() => return self.all(truths),
            _ => {}
        }
        // reached[k]: at least k of those seen so far hold.
        let mut reached = vec![self.constant(false); count + 1];
        if let Some(first) = reached.first_mut() {
            *first = self.constant(true);
        }
        for truth in truths {
            for k in (1..=count).rev() {
                if let (Some(before), Some(now)) = (reached.get(k - 1).cloned(), reached.get(k).cloned())
                    && let Some(slot) = reached.get_mut(k)
                {
                    *slot = self.or(&now, &self.and(&before, truth));
                }
            }
        }
        reached.pop().unwrap_or_else(|| self.constant(false))
    }
}

/// 64 runs side by side: one bit per run.
pub struct Lanes {
    /// For each variable, its value in each run.
    pub variables: Vec<u64>,
}

impl Logic for Lanes {
    type Truth = u64;

    fn constant(&self, value: bool) -> u64 {
        if value { u64::MAX } else { 0 }
    }

    fn variable(&self, number: usize) -> u64 {
        self.variables.get(number).copied().unwrap_or(0)
    }

    fn and(&self, a: &u64, b: &u64) -> u64 {
        a & b
    }

    fn or(&self, a: &u64, b: &u64) -> u64 {
        a | b
    }

    fn not(&self, a: &u64) -> u64 {
        !a
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_least_counts() {
        let lanes = Lanes { variables: vec![0b1010_1010, 0b1100_1100, 0b1111_0000] };
        let all: Vec<u64> = (0..3).map(|number| lanes.variable(number)).collect();
        for count in 0..=4 {
            let told = lanes.at_least(count, &all) & 0xff;
            let expected = (0u64..8).filter(|run| run.count_ones() as usize >= count).map(|run| 1 << run);
            assert_eq!(told, expected.sum::<u64>(), "{count}");
        }
    }
}
