//! Many seeds, compared one after the other, with a tally; for the test and for the program.
//!
//! Invariant: every seed is counted exactly once: as unfit, undecided, same or different.

use super::compare::{CODES, Compared, compare};
use super::generate::generate;
use super::shrink::shrink;
use super::sketch::write;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// What to do.
#[derive(Clone, Debug)]
pub struct Settings {
    pub seed: u64,
    pub count: u64,
    pub bound: usize,
    pub codes: Vec<&'static str>,
    pub print: bool,
    pub file: Option<String>,
    pub save: Option<String>,
    /// Workflows with this in their text are not compared.
    pub without: Option<String>,
    /// Differences after which it stops.
    pub most: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 1,
            count: 1000,
            bound: 20_000,
            codes: CODES.to_vec(),
            print: false,
            file: None,
            save: None,
            without: None,
            most: 10,
        }
    }
}

impl Settings {
    /// From a command line.
    pub fn read(arguments: &[String]) -> Option<Self> {
        let mut settings = Self::default();
        let mut arguments = arguments.iter();
        while let Some(flag) = arguments.next() {
            let mut value = || arguments.next().cloned();
            match flag.as_str() {
                "--seed" => settings.seed = value()?.parse().ok()?,
                "--count" => settings.count = value()?.parse().ok()?,
                "--bound" => settings.bound = value()?.parse().ok()?,
                "--most" => settings.most = value()?.parse().ok()?,
                "--print" => settings.print = true,
                "--file" => settings.file = Some(value()?),
                "--without" => settings.without = Some(value()?),
                "--save" => settings.save = Some(value()?),
                "--codes" => {
                    let wanted = value()?;
                    settings.codes.retain(|code| wanted.split(',').any(|one| one == *code));
                }
                _ => return None,
            }
        }
        Some(settings)
    }
}

/// What came of all.
#[derive(Default, Debug)]
pub struct Tally {
    pub same: u64,
    pub unfit: u64,
    pub undecided: u64,
    pub different: Vec<(u64, String, Vec<String>)>,
    /// How many workflows had a fault of each code, by both engines' word.
    pub faults: BTreeMap<&'static str, u64>,
    pub unfit_for: BTreeMap<String, u64>,
    /// Seeds of workflows with a finding whose run did not replay, by its code.
    pub bare: BTreeMap<&'static str, Vec<u64>>,
}

/// Compares all seeds on two threads; shrinks what differs.
pub fn compare_all(settings: &Settings) -> Tally {
    let tally = Mutex::new(Tally::default());
    let next = AtomicU64::new(settings.seed);
    let end = settings.seed + settings.count;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end || tally.lock().unwrap().different.len() >= settings.most {
                        return;
                    }
                    one(settings, seed, &tally);
                }
            });
        }
    });
    let mut tally = tally.into_inner().unwrap();
    tally.different.sort();
    tally
}

fn one(settings: &Settings, seed: u64, tally: &Mutex<Tally>) {
    let sketch = generate(seed);
    let text = write(&sketch);
    let compared = match &settings.without {
        Some(clause) if text.contains(clause) => Compared::Unfit(format!("left out for `{}`", clause.trim())),
        _ => compare(&text, &settings.codes, settings.bound),
    };
    let shrunk = match &compared {
        Compared::Different(difference) => Some(shrink(&sketch, difference, settings)),
        _ => None,
    };
    let mut tally = tally.lock().unwrap();
    match compared {
        Compared::Unfit(why) => {
            tally.unfit += 1;
            *tally.unfit_for.entry(why).or_default() += 1;
        }
        Compared::Undecided => tally.undecided += 1,
        Compared::Same(faults, bare) => {
            tally.same += 1;
            for code in bare {
                tally.bare.entry(code).or_default().push(seed);
            }
            let codes: std::collections::BTreeSet<&str> = faults.iter().map(|(code, _)| *code).collect();
            for code in CODES.iter().filter(|code| codes.contains(*code)) {
                *tally.faults.entry(code).or_default() += 1;
            }
        }
        Compared::Different(_) => {
            let (text, lines) = shrunk.unwrap();
            tally.different.push((seed, text, lines));
        }
    }
}

/// The program. True: no difference.
pub fn run(settings: &Settings, say: &mut impl FnMut(String)) -> bool {
    if let Some(file) = &settings.file {
        return judge_file(settings, file, say);
    }
    if settings.print {
        for seed in settings.seed..settings.seed + settings.count {
            say(format!("# seed {seed}\n{}", write(&generate(seed))));
        }
        return true;
    }
    let tally = compare_all(settings);
    for (seed, text, lines) in &tally.different {
        say(format!("# seed {seed}\n# {}\n{text}", lines.join("\n# ")));
        if let Some(folder) = &settings.save {
            let head: String = lines.iter().map(|line| format!("# {line}\n")).collect();
            std::fs::write(format!("{folder}/seed_{seed}.wf"), format!("{head}{text}")).unwrap();
        }
    }
    for (why, count) in tally.unfit_for.iter().filter(|(_, count)| **count > 0).take(40) {
        say(format!("unfit {count}: {why}"));
    }
    for (code, seeds) in &tally.bare {
        say(format!("{code} told without a run: {}, seeds {:?}", seeds.len(), &seeds[..seeds.len().min(12)]));
    }
    say(format!(
        "{} the same, {} different, {} undecided, {} unfit; faults {:?}",
        tally.same,
        tally.different.len(),
        tally.undecided,
        tally.unfit,
        tally.faults
    ));
    tally.different.is_empty()
}

fn judge_file(settings: &Settings, file: &str, say: &mut impl FnMut(String)) -> bool {
    let text = std::fs::read_to_string(file).unwrap();
    let checked = super::subject::check(&text);
    for finding in &checked.findings {
        say(format!("compiler {} line {}: {}", finding.code, finding.line, finding.message));
    }
    let Some(subject) = checked.subject else {
        say("names or types are wrong".to_owned());
        return false;
    };
    let Some(verdict) = super::verdict::judge(&subject, settings.bound) else {
        say("undecided".to_owned());
        return false;
    };
    say(format!("{} states", verdict.ways.states()));
    for ((code, place), evidence) in &verdict.certain {
        let run = evidence.as_ref().map(|(at, then)| {
            let mut run = verdict.ways.run_to(&subject, *at);
            run.extend(then.iter().map(|what| verdict.ways.told(&subject, what)));
            run.join(" · ")
        });
        say(format!(
            "explorer {code} {}: {}",
            super::places::told(&subject, *place),
            run.unwrap_or_default()
        ));
    }
    match compare(&text, &settings.codes, settings.bound) {
        Compared::Different(difference) => {
            difference.lines.iter().for_each(|line| say(line.clone()));
            false
        }
        _ => true,
    }
}
