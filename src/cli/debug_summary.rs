//! What is told of many tokens that were debugged: how far the run is, and what the rejected tokens have in
//! common.

use std::time::Duration;

use jwtlens::Tally;

use super::escape;
use super::messages::Messages;
use super::numbers;
use super::statistics::numbered;

/// More of one kind are not told.
const MAX_SHOWN: usize = 5;

/// How far a run is, and the search of its next token: `12 tokens in 3.4s: 9 rejected; searching: 260
/// combinations tried`.
pub fn pace(tally: &Tally, elapsed: Duration, tried: u64) -> String {
    let search = format!("searching: {} tried", numbers::count(tried, "combination"));
    if tally.tokens() == 0 {
        return search;
    }
    let tokens = numbers::count(tally.tokens(), "token");
    let rejected = numbers::number(tally.rejected());
    format!(
        "{tokens} in {}: {rejected} rejected; {search}",
        numbers::elapsed(elapsed)
    )
}

/// Tells what more than one token had in common. Redacted, recovered keys are only numbered.
pub fn tell(tally: &Tally, is_redacted: bool, messages: Messages) {
    if tally.tokens() < 2 || tally.rejected() == 0 {
        return;
    }
    let signers = tally.signers();
    let numbers: Vec<String> = (1..=signers.len()).map(numbered).collect();
    let (what_signers, signers) = if is_redacted {
        let numbers = numbers.iter().map(String::as_str);
        let counts = signers.iter().map(|(_, count)| *count);
        ("unknown signing keys", numbers.zip(counts).collect())
    } else {
        ("unknown signing keys by thumbprint", signers)
    };
    for (what, counts) in [
        ("causes", tally.causes()),
        ("key IDs of rejected tokens", tally.key_ids()),
        (what_signers, signers),
    ] {
        if !counts.is_empty() {
            messages.line(&format!("{what}: {}", listed(&counts)));
        }
    }
    if let Some(ages) = tally.ages() {
        let (newest, oldest) = (age(*ages.start()), age(*ages.end()));
        messages.line(&if newest == oldest {
            format!("issued: {newest}")
        } else {
            format!("issued: from {oldest} to {newest}")
        });
    }
    if let Some(ahead) = tally.ahead() {
        let ahead = jwtlens::duration(ahead);
        messages.hint(&format!(
            "synchronize the clocks with NTP: they differ by at least {ahead}"
        ));
    }
}

/// `first (2 tokens), second (1 token)`
fn listed(counts: &[(&str, u64)]) -> String {
    let shown = counts.iter().take(MAX_SHOWN).map(|(name, count)| {
        let tokens = numbers::count(*count, "token");
        format!("{} ({tokens})", escape::delimited(name))
    });
    let more = match counts.len().saturating_sub(MAX_SHOWN) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    format!("{}{more}", shown.collect::<Vec<_>>().join(", "))
}

/// How many seconds ago: `2h 5m ago`, `1m in the future`.
fn age(seconds: i64) -> String {
    let duration = jwtlens::duration(seconds.unsigned_abs());
    match seconds {
        0 => "now".to_owned(),
        1.. => format!("{duration} ago"),
        _ => format!("{duration} in the future"),
    }
}
