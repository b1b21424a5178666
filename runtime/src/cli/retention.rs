//! `wfrun retention`.

use super::context::Common;
use super::screen::{BOLD, FAINT, GOOD, count, remark, say};
use crate::audit::checkpoint::key;
use crate::error::{Problem, Result};
use crate::moment;
use crate::retention::{Kept, archive, look};
use clap::Args;
use std::path::PathBuf;
use wf_plan::Moment;

/// Moves ended instances out of the store into signed archives
///
/// An instance leaves with all its rows: journal, trail, questions, letters. It is written into a file for the month in
/// which it ended, the file is signed with the audit key, put on disk and proved from there; only then do the rows go.
/// What stays behind is how its chains ended, so that `wfrun audit verify` and checkpoints still hold, and its number is
/// never given out again. Instances stay while a letter of theirs waits or is dead, while they are set aside, and while
/// the instance that started them runs.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun retention --older-than '24 months' --archive /archive --dry-run\n  wfrun retention --older-than '24 months' --archive /archive\n  wfrun audit verify --archive /archive/default-2024-03.jsonl.gz --public-key 3b6a27bc…\n  zcat /archive/default-2024-03.jsonl.gz | head -1        one line of JSON for each row"
)]
pub struct Retention {
    /// How long ago an instance must have ended: `24 months`, `2 years`, `90 days`
    #[arg(long, value_name = "TIME")]
    older_than: String,
    /// The folder for the archives
    #[arg(long, value_name = "FOLDER")]
    archive: PathBuf,
    /// The secret file that signs them [default: the audit key of the configuration]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Only say what would leave
    #[arg(long)]
    dry_run: bool,
}

impl Retention {
    pub async fn run(self, common: &Common) -> Result<()> {
        let engine = common.engine().await?;
        let now = engine.clock.now();
        let before = earlier(now, &self.older_than).ok_or_else(|| {
            Problem::input(format!("`{}` is no time", self.older_than))
                .help("write a number of days, weeks, months or years: `--older-than '24 months'`")
        })?;
        let day = moment::utc(before).chars().take(10).collect::<String>();
        if self.dry_run {
            let kept = look(&engine, before).await?;
            engine.store.close().await;
            let leaving = count(kept.instances, "instance");
            say(&format!("{BOLD}{leaving}{BOLD:#} that ended before {day} would leave"));
            stay(&kept);
            return Ok(());
        }
        let file = self.key.or_else(|| engine.config.audit.key.clone()).ok_or_else(|| {
            Problem::input("no key is named to sign the archives with")
                .help("make one with `wfrun audit key new FILE` and name it with `--key FILE` or in `[audit]` of the configuration")
        })?;
        let kept = archive(&engine, before, &self.archive, &key::read(&file)?).await?;
        engine.store.close().await;
        for (path, left) in &kept.archives {
            say(&format!("{GOOD}{}{GOOD:#}  {}, proved and signed", path.display(), count(left, "instance")));
        }
        let have = if kept.instances == 1 { "has" } else { "have" };
        say(&format!("{} that ended before {day} {have} left", count(kept.instances, "instance")));
        if !kept.months.is_empty() {
            say(&format!("nothing is left in {}: dropped, their room is free", kept.months.join(", ")));
        }
        stay(&kept);
        if !kept.archives.is_empty() {
            remark(&format!(
                "{FAINT}keep the archives as you keep the store: in two places, one of them elsewhere{FAINT:#}"
            ));
        }
        Ok(())
    }
}

fn stay(kept: &Kept) {
    if kept.stay > 0 {
        say(&format!(
            "{} as old as that {}: something waits for a person (`wfrun outbox list`, `wfrun quarantine list`), or the instance that started it runs",
            kept.stay,
            if kept.stay == 1 { "stays" } else { "stay" }
        ));
    }
}

/// The moment that lies so long before another, by the calendar in UTC.
fn earlier(now: Moment, text: &str) -> Option<Moment> {
    let (number, unit) = text.trim().split_once(' ')?;
    let number: i64 = number.parse().ok().filter(|number| (0..=1_200).contains(number))?;
    let months = match unit.trim().trim_end_matches('s') {
        "day" => return Some(Moment(now.0 - number * 86_400_000)),
        "week" => return Some(Moment(now.0 - number * 7 * 86_400_000)),
        "month" => number,
        "year" => number * 12,
        _ => return None,
    };
    let today = moment::iso(now);
    let mut parts = today.split(['-', 'T']);
    let year: i64 = parts.next()?.parse().ok()?;
    let month: i64 = parts.next()?.parse().ok()?;
    let day: i64 = parts.next()?.parse().ok()?;
    let count = year * 12 + month - 1 - months;
    let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
    // 31 March a month ago is 28 February.
    (0..4).find_map(|less| moment::parse(&format!("{year:04}-{month:02}-{:02}", day - less)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_calendar() {
        let at = |text| moment::parse(text).unwrap();
        let ago = |text| earlier(at("2026-03-31 10:00"), text);
        assert_eq!(ago("24 months"), Some(at("2024-03-31")));
        assert_eq!(ago("1 month"), Some(at("2026-02-28")));
        assert_eq!(ago("3 months"), Some(at("2025-12-31")));
        assert_eq!(ago("2 years"), ago("24 months"));
        assert_eq!(ago("2 weeks"), ago("14 days"));
        assert_eq!(ago("0 days"), Some(at("2026-03-31 10:00")));
        for wrong in ["", "24", "24 moons", "-1 days", "many months", "99999 years"] {
            assert_eq!(ago(wrong), None, "{wrong}");
        }
    }
}
