//! From what a search has met to the findings that tell it.

use serde::de::IgnoredAny;

use super::cause::Cause;
use super::lax;
use super::reading::Reading;
use super::search::{Candidate, Proof};
use super::signature::Form;
use super::signed::Hashed;
use super::signer::{self, Recovered};
use super::work::{MULTIPLICATION, Work};
use super::{Certainty, Effort, Finding, Tried, finding};
use crate::header::JoseHeader;
use crate::json::Value;
use crate::key;
use crate::report::Report;
use crate::verdict::SignatureStatus;

/// Everything found out about a signature.
#[derive(Default)]
pub struct Findings {
    pub found: Vec<Finding>,
    pub tried: Tried,
    pub recovered: Vec<Recovered>,
}

impl Findings {
    /// One finding for each change that the proof needs.
    pub fn prove(&mut self, reading: &Reading, proof: Proof, tried: u64) {
        let causes = once(reading, &proof.causes);
        let name = proof.key.name();
        let from = &proof.key.source;
        if causes.is_empty() {
            self.found.push(Finding {
                tried,
                ..finding(
                    "signature-good",
                    Certainty::Proven,
                    "the signature itself is good; the token is refused for what its header demands",
                    format!("over the token as it is, the signature verifies under {name} from {from}"),
                    "look at crit, b64 and alg in the header: the issuer must leave out what a plain JWT does not have",
                )
            });
        }
        let detail = proof
            .detail
            .map_or(String::new(), |detail| format!(" ({detail})"));
        let evidence = format!(
            "{}{detail}, the signature verifies under {name} from {from}",
            repairs(&causes)
        );
        self.all_of(&causes, &codes(&causes), &evidence, tried);
    }

    /// A row for each cause, all with the same evidence.
    fn all_of(&mut self, causes: &[Cause], changes: &[&'static str], evidence: &str, tried: u64) {
        self.found.extend(causes.iter().map(|cause| {
            let row = cause.row();
            Finding {
                changes: changes.to_vec(),
                tried,
                ..finding(
                    row.code,
                    Certainty::Proven,
                    row.summary,
                    format!("{evidence} ({})", row.section),
                    row.hint,
                )
            }
        }));
    }

    pub fn mac(&mut self, reading: &Reading, alg: &str, secret: &str, tried: u64) {
        let causes = once(reading, &[]);
        let changes = [&codes(&causes)[..], &["hmac-with-public-key"]].concat();
        let with = with(&causes);
        let evidence =
            format!("{alg} gives exactly this signature{with} where its secret is {secret}");
        self.found.push(Finding {
            changes: changes.clone(),
            tried,
            ..finding(
                "hmac-with-public-key",
                Certainty::Proven,
                "the token is not signed but carries a MAC made with what everybody knows: a known attack",
                format!("{evidence} (RFC 8725, section 2.1)"),
                "never accept it, and look at your server: one that takes \"alg\" from the header accepts this token from anybody; pin ES256 there",
            )
        });
        self.all_of(&causes, &changes, &evidence, tried);
    }

    /// A recovered key whose thumbprint the token itself names: in `kid`, or in `cnf` (RFC 7800, RFC
    /// 9449). Chance names none.
    pub fn signer_is_named(
        &mut self,
        reading: &Reading,
        header: Option<&JoseHeader>,
        forms: &[Form],
        hashes: &[Hashed],
        work: &mut Work,
    ) -> bool {
        /// The likeliest; each costs some multiplications of a point.
        const MOST: usize = 64;
        let named = thumbprints(reading, header);
        if named.is_empty() {
            return false;
        }
        // Where the name stands outside of what was signed, it may be chosen after the signature.
        let is_signed = |place: &str, hashed: &Hashed| {
            !hashed.causes.iter().any(|cause| match place {
                "kid" => matches!(cause, Cause::SignedPayloadOnly | Cause::HeaderChanged),
                _ => *cause == Cause::SignedHeaderOnly,
            })
        };
        let pairs = hashes
            .iter()
            .flat_map(|hashed| forms.iter().map(move |form| (form, hashed)));
        for (form, hashed) in pairs.take(MOST) {
            if !work.spend(MULTIPLICATION.saturating_mul(4)) {
                return false;
            }
            work.count(1);
            for key in signer::recovered(form, hashed) {
                let key = Recovered::from(&key);
                let is_named = |(place, name): &&(&str, Box<str>)| {
                    *name == key.thumbprint && is_signed(place, hashed)
                };
                let Some((place, _)) = named.iter().find(is_named) else {
                    continue;
                };
                let causes = once(reading, &[&form.causes[..], &hashed.causes].concat());
                let changes = [&["signer-is-kid"][..], &codes(&causes)].concat();
                let evidence = format!(
                    "the key that follows from the signature{} has the thumbprint that the token names in \"{place}\": {}",
                    with(&causes),
                    key.jwk
                );
                self.found.push(Finding {
                    changes: changes.clone(),
                    tried: work.tried.forms,
                    ..finding(
                        "signer-is-kid",
                        Certainty::Proven,
                        "the token is intact, and signed by the key that it names itself, which is not among those given",
                        &evidence,
                        "what is given is stale, or another service's; but anybody can make such a token with a key of their own: take the key above only where the issuer's console or JWK Set shows the same one",
                    )
                });
                self.all_of(&causes, &changes, &evidence, work.tried.forms);
                self.recovered = vec![key];
                return true;
            }
        }
        false
    }

    /// The keys that the signature leads to, and what it may mean that none of them is known.
    pub fn unknown_signer(
        &mut self,
        reading: &Reading,
        forms: &[Form],
        hashes: &[Hashed],
        header: Option<&JoseHeader>,
        report: &Report,
        effort: Effort,
    ) {
        if is_broken(reading) {
            self.found.push(payload_damaged(effort));
            return;
        }
        let alg = header
            .and_then(|header| header.alg.as_deref())
            .unwrap_or_default();
        // Of a signature that is damaged nothing follows.
        let is_whole = |form: &&Form| matches!(form.causes.as_slice(), [] | [Cause::DerSignature]);
        let form = forms.iter().find(is_whole).filter(|_| is_of_p256(alg));
        let is_of_alg = |hashed: &&Hashed| {
            hashed.is_plain
                && hashed
                    .causes
                    .iter()
                    .all(|cause| *cause == Cause::AlgNotOfCurve)
        };
        let mut keys: Vec<Recovered> = Vec::new();
        let of_alg = hashes.iter().filter(is_of_alg);
        for key in of_alg.flat_map(|hashed| {
            form.map(|form| signer::recovered(form, hashed))
                .unwrap_or_default()
        }) {
            let key = Recovered::from(&key);
            if !keys.iter().any(|known| known.thumbprint == key.thumbprint) {
                keys.push(key);
            }
        }
        if report.signature.status == SignatureStatus::Mismatch {
            let is_nobodys = form.is_some() && keys.is_empty();
            self.found.push(content_changed(alg, is_nobodys, effort));
        }
        if keys.is_empty() {
            return;
        }
        let thumbprints: Vec<&str> = keys.iter().map(|key| &*key.thumbprint).collect();
        self.found.push(finding(
            "signer-candidates",
            Certainty::Note,
            "if the token is intact and signed as its alg says, one of these keys signed it",
            format!(
                "by their RFC 7638 thumbprints: {}",
                thumbprints.join(" or ")
            ),
            "compare them with jwtlens key FILE; a second refused token tells which of them it is",
        ));
        self.recovered = keys;
    }
}

/// Whether the payload begins as a JSON object and is none, or can't be decoded: no signer makes such
/// a token.
fn is_broken(reading: &Reading) -> bool {
    let [_, payload, _] = &reading.segments;
    match lax::decode(payload) {
        Some(octets) => {
            let json = std::str::from_utf8(&octets).ok();
            let is_json = json.is_some_and(|json| serde_json::from_str::<IgnoredAny>(json).is_ok());
            octets.starts_with(b"{") && !is_json
        }
        None => true,
    }
}

fn payload_damaged(effort: Effort) -> Finding {
    let deep = match effort {
        Effort::Default => "; --deep looks for a single altered character",
        Effort::Deep => "",
    };
    finding(
        "content-changed",
        Certainty::Likely,
        "the payload was damaged after signing",
        "it is no longer the JSON object that it begins as, so that its signature can't fit",
        format!("get the token again and copy it whole{deep}"),
    )
}

/// Whether a signature of 64 octets may be one under a key on P-256. Under secp256k1 it has as many.
fn is_of_p256(alg: &str) -> bool {
    alg.starts_with("ES") && alg != "ES256K"
}

/// Where nothing else is known. Half of all numbers are the x of no point, so that half of all
/// signatures that were damaged or made up can't be anybody's.
fn content_changed(alg: &str, is_nobodys: bool, effort: Effort) -> Finding {
    let (summary, evidence) = if is_nobodys {
        (
            "no key at all can have made this signature: it was damaged, or made up",
            "its R is the x of no point of P-256, which no signer can bring about",
        )
    } else {
        (
            if alg == "ES256" {
                "no form of this token verifies under any key given"
            } else {
                "the signature does not verify under any key given"
            },
            "this is consistent with another signer, and with a header or payload that was changed after signing",
        )
    };
    let other = if is_nobodys {
        "get it again and copy it whole"
    } else {
        "try an older key with --also KEY"
    };
    let deep = match effort {
        Effort::Default => ", and --deep for a single altered character",
        Effort::Deep => "",
    };
    finding(
        "content-changed",
        Certainty::Likely,
        summary,
        evidence,
        format!("compare the token with the one that the issuer handed out; {other}{deep}"),
    )
}

/// What the token says of the thumbprint of its key or its holder's, and where.
fn thumbprints(reading: &Reading, header: Option<&JoseHeader>) -> Vec<(&'static str, Box<str>)> {
    /// RFC 9278
    const URN: &str = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:";
    let claims = lax::decode(&reading.segments[1]).and_then(|octets| Value::parse(&octets).ok());
    let cnf = match &claims {
        Some(Value::Object(claims)) => claims.get("cnf"),
        _ => None,
    };
    let of_cnf = |name: &str| match cnf {
        Some(Value::Object(cnf)) => cnf.get(name),
        _ => None,
    };
    let jwk = match of_cnf("jwk") {
        Some(Value::Object(jwk)) => key::thumbprint::of_jwk(jwk),
        _ => None,
    };
    let named = [
        ("kid", header.and_then(|header| header.kid.as_deref())),
        ("cnf.jkt", of_cnf("jkt").and_then(Value::as_str)),
        ("cnf.kid", of_cnf("kid").and_then(Value::as_str)),
    ];
    let texts = named.into_iter().filter_map(|(place, name)| {
        let name = name?;
        let name = name.strip_prefix(URN).unwrap_or(name);
        (name.len() == 43).then(|| (place, name.into()))
    });
    texts.chain(jwk.map(|jwk| ("cnf.jwk", jwk))).collect()
}

/// What was done to the text and to what was signed, each once.
fn once(reading: &Reading, causes: &[Cause]) -> Vec<Cause> {
    let is_damaged = causes.iter().any(|cause| cause.is_damage());
    let mut once: Vec<Cause> = Vec::new();
    for cause in reading.causes.iter().chain(causes) {
        // The bits were those of a character that was damaged.
        let is_explained = *cause == Cause::TrailingBits && is_damaged;
        if !is_explained && !once.contains(cause) {
            once.push(*cause);
        }
    }
    once
}

fn codes(causes: &[Cause]) -> Vec<&'static str> {
    causes.iter().map(|cause| cause.row().code).collect()
}

/// What was done, in one phrase.
fn repairs(causes: &[Cause]) -> String {
    let repairs: Vec<&str> = causes.iter().map(|cause| cause.row().repair).collect();
    repairs.join(", ")
}

fn with(causes: &[Cause]) -> String {
    match causes {
        [] => String::new(),
        causes => format!(", {},", repairs(causes)),
    }
}

impl Tried {
    /// Adds what is tried to the lists.
    pub fn describe(&mut self, forms: &[Form], inputs: &[Vec<Cause>], candidates: &[Candidate]) {
        let name = |causes: &[Cause]| match causes {
            [] => "as it is".to_owned(),
            causes => repairs(causes),
        };
        let once = |list: &mut Vec<String>, text: String| {
            if !list.contains(&text) {
                list.push(text);
            }
        };
        for form in forms {
            once(&mut self.signatures, name(&form.causes));
        }
        for input in inputs {
            once(&mut self.inputs, name(input));
        }
        for candidate in candidates {
            let kid = candidate.id.name();
            once(
                &mut self.keys,
                format!(
                    "{kid} from {}, {}",
                    candidate.id.source,
                    name(&candidate.causes)
                ),
            );
        }
    }
}
