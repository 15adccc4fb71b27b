//! Tokens that others made, with what was found out about each independently of this program: where they are
//! at hand, since no file of others is kept here.

use std::path::Path;

use jwtlens::{
    Debugger, Effort, KeySet, KeySource, Policy, SignatureStatus, Token, Validity, Verdict,
    Verifier,
};

use crate::support::{NOW, skipped};

#[test]
fn what_is_true_of_each_token_is_said_of_it() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/wild.json");
    let Ok(cases) = std::fs::read(&file) else {
        return skipped("there are no tokens of others in ../shared");
    };
    let cases: serde_json::Value = serde_json::from_slice(&cases).unwrap();
    let mut verified = 0;
    for case in cases.as_array().unwrap() {
        let (id, truth) = (&case["id"], &case["truth"]);
        let key = match &case["key"] {
            serde_json::Value::String(pem) => pem.clone(),
            jwk => jwk.to_string(),
        };
        // A key that is not usable verifies nothing, and says why.
        let Ok(keys) = KeySet::read("wild.json", key.as_bytes()) else {
            continue;
        };
        let token = Token::from(case["token"].as_str().unwrap());
        let report = Verifier::new(keys, Policy::default()).verify(&token, NOW);
        let is_verified = report.signature.status == SignatureStatus::Verified;
        assert_eq!(is_verified, truth["signature"] == "valid", "{id}");
        verified += usize::from(is_verified);
        let status = match truth["exp_status"].as_str().unwrap() {
            "expired" => Some(Validity::Expired),
            "not-expired" | "looks-like-milliseconds" => Some(Validity::Current),
            "no-exp" => Some(Validity::Unbounded),
            "no-claims" => None,
            other => panic!("{id}: {other}"),
        };
        if report.claims.is_some() && report.error.is_none() {
            assert_eq!(report.time.status, status, "{id}");
        }
        // Whatever debug finds, it doesn't accept what verify rejects.
        let source = KeySource::read("wild.json", key.as_bytes()).unwrap();
        let debugger = Debugger::new(&[source], &[], Policy::default(), Effort::Default);
        let found = debugger.debug(&token, NOW, &mut |_| true);
        assert_eq!(found.verdict, report.verdict, "{id}");
        let is_valid =
            is_verified && matches!(status, Some(Validity::Current | Validity::Unbounded));
        assert_eq!(
            found.verdict == Verdict::Valid,
            is_valid && report.error.is_none(),
            "{id}"
        );
    }
    assert!(verified > 10, "{verified}");
}
