//! Times, audiences and issuers that are nearly right.

use jwtlens::{Certainty, ClaimCheck, Debugger, Effort, Policy, Token, Verdict};

use super::{Bench, debug, source};
use crate::support::{NOW, Random};

/// A clock that is behind explains only why a token is early, and only if it was asked.
#[test]
fn the_local_clock_is_blamed_for_early_tokens_only() {
    const EARLY: i64 = 1_000_000_000;
    let mut random = Random::new("clock");
    let (signer, other) = (random.signer(), random.signer());
    let policy = Policy::default().with_checks([ClaimCheck::MaxAge(60)]);
    let keys = Debugger::new(&[source(&signer.jwk())], &[], policy, Effort::Default);
    let blames = |keys: &Debugger, token: &str, now: i64| {
        let report = keys.debug(&Token::from(token), now, &mut |_| true);
        let mut codes = report.findings.iter().map(|finding| finding.code.name());
        (report.verdict, codes.any(|code| code == "local-clock"))
    };
    let early = signer.token(r#"{"iat":1795392300,"nbf":1795392300}"#);
    let issued_later = signer.token(r#"{"iat":1795392300}"#);
    for (token, verdict, is_blamed) in [
        (&*early, Verdict::NotYetValid, true),
        (&*issued_later, Verdict::ClaimRejected, true),
        (&*signer.token("{}"), Verdict::ClaimRejected, false),
        (
            &*signer.token(r#"{"iat":1,"exp":1}"#),
            Verdict::Expired,
            false,
        ),
        (
            &*other.token(r#"{"nbf":1795392300}"#),
            Verdict::MisSigned,
            false,
        ),
        ("no-token", Verdict::Malformed, false),
    ] {
        assert_eq!(blames(&keys, token, EARLY), (verdict, is_blamed), "{token}");
        let at = keys.clone().at_chosen_time();
        assert_eq!(blames(&at, token, EARLY), (verdict, false), "{token}");
    }
    assert_eq!(blames(&keys, &early, NOW), (Verdict::NotYetValid, false));
}

/// A time in milliseconds is in the far future: it explains why a token is early, and nothing else.
#[test]
fn milliseconds_explain_early_tokens_only() {
    let signer = Random::new("milliseconds").signer();
    let policy = Policy::default().with_checks([ClaimCheck::MaxAge(60)]);
    let judged = |policy: Policy, claims: &str| {
        let keys = Bench::new(&[&signer.jwk()], &[], policy, Effort::Default);
        let report = debug(&keys, &signer.token(claims));
        let mut found = report.findings.iter();
        let found = found.find(|finding| finding.code.name() == "time-in-milliseconds");
        let others = report
            .findings
            .iter()
            .filter(|other| other.code.name() == "time-in-milliseconds");
        assert_eq!(others.count(), 1, "{claims}");
        (report.verdict, found.unwrap().explains)
    };
    for (policy, claims, verdict, explains) in [
        (
            Policy::default(),
            r#"{"exp":1795395600000}"#,
            Verdict::Valid,
            false,
        ),
        (
            Policy::default(),
            r#"{"exp":1,"iat":1795392000000}"#,
            Verdict::Expired,
            false,
        ),
        (
            Policy::default(),
            r#"{"nbf":1795392000000}"#,
            Verdict::NotYetValid,
            true,
        ),
        (
            Policy::default(),
            r#"{"nbf":1795392001,"exp":1795395600000}"#,
            Verdict::NotYetValid,
            false,
        ),
        (
            policy.clone(),
            r#"{"iat":1795392000000}"#,
            Verdict::ClaimRejected,
            true,
        ),
        (
            policy,
            r#"{"iat":1,"exp":1795395600000}"#,
            Verdict::ClaimRejected,
            false,
        ),
    ] {
        assert_eq!(judged(policy, claims), (verdict, explains), "{claims}");
    }
}

/// A name that differs only in what people overlook.
#[test]
fn names_that_almost_fit_are_told() {
    let signer = Random::new("names").signer();
    let token = signer.token(r#"{"iss":"https://auth.example.com","aud":["a","Transcodes-SDK"]}"#);
    for (check, code) in [
        (
            ClaimCheck::Issuer("http://auth.example.com/".to_owned()),
            Some("issuer-almost"),
        ),
        (
            ClaimCheck::Issuer("https://auth.example.org".to_owned()),
            None,
        ),
        (
            ClaimCheck::Audience(vec!["api".to_owned(), " transcodes-sdk".to_owned()]),
            Some("audience-almost"),
        ),
        (ClaimCheck::Audience(vec!["transcodes".to_owned()]), None),
    ] {
        let policy = Policy::default().with_checks([check]);
        let report = debug(
            &Bench::new(&[&signer.jwk()], &[], policy, Effort::Default),
            &token,
        );
        assert_eq!(report.verdict, Verdict::ClaimRejected);
        let found = report
            .findings
            .iter()
            .find(|finding| finding.certainty == Certainty::Likely);
        assert_eq!(found.map(|finding| finding.code.name()), code);
    }
}
