//! Bounds on what a calendar may hold, each with its reason.
//!
//! Checked by `calendar/problem.rs` when a declaration is read and again when a plan is loaded.

/// Holidays, closures or half days of one calendar: two centuries of a country with 20 dated holidays.
pub const MAX_CALENDAR_LINES: usize = 4_096;

/// Working times in one day: a break every hour.
pub const MAX_INTERVALS_PER_DAY: usize = 24;

/// Changes of one zone's offset; the liveliest zone has under 300 in all of recorded time.
pub const MAX_ZONE_TRANSITIONS: usize = 1_024;

/// Seconds before or after midnight at which a zone may change: 167 hours, as RFC 9636 allows.
pub const MAX_CHANGE_SECONDS: u32 = 167 * 3_600;

/// Quiet times of one role.
pub const MAX_QUIET_SPANS: usize = 24;
