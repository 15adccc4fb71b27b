//! Tokens of the wild: each with the verdict it must get, and held against what is true of it.

use jwtlens::{KeySet, Policy, Reason, SignatureStatus, Token, Verifier};

use crate::support::{NOW, read_json, read_table};

#[test]
fn every_token_gets_its_verdict() {
    let cases = read_json("wild.json");
    let cases = cases.as_array().unwrap();
    let table = read_table("wild-verdicts.tsv");
    let ids: Vec<&str> = cases
        .iter()
        .map(|case| case["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        table.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(),
        ids
    );

    for (case, row) in cases.iter().zip(&table) {
        let id = &row[0];
        let key = match case["key"].as_str() {
            Some(pem) => pem.to_owned(),
            None => case["key"].to_string(),
        };
        let keys = match KeySet::read("wild.json", key.as_bytes()) {
            Ok(keys) => keys,
            Err(error) => {
                assert_eq!(row[1], "no-usable-key", "{id}: {error}");
                assert!(error.to_string().contains(&row[2]), "{id}: {error}");
                continue;
            }
        };
        let verifier = Verifier::new(keys, Policy::default());
        let report = verifier.verify(&Token::from(case["token"].as_str().unwrap()), NOW);
        let found = [
            report.verdict.name(),
            report.signature.status.name(),
            report.signature.reason.map_or("-", Reason::name),
        ];
        assert_eq!(found.as_slice(), &row[1..], "{id}");

        // What the table says is held against what was found out independently of this program.
        let truly_signed = case["truth"]["signature"] == "valid";
        assert_eq!(
            report.signature.status == SignatureStatus::Verified,
            truly_signed,
            "{id}"
        );
        let in_time = match case["truth"]["exp_status"].as_str().unwrap() {
            "expired" => Some("expired"),
            // Read as seconds, milliseconds are far in the future.
            "not-expired" | "looks-like-milliseconds" => Some("current"),
            "no-exp" => Some("unbounded"),
            "no-claims" => None,
            other => panic!("{id}: {other}"),
        };
        let read = report.claims.is_some() && report.error.is_none();
        if read {
            assert_eq!(
                report.time.status.map(jwtlens::Validity::name),
                in_time,
                "{id}"
            );
        }
    }
}
