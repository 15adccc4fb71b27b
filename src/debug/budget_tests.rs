//! Tests of what searches pay: point operations are counted as they are made, and held against what was
//! paid for them.

use std::sync::{Arc, LazyLock};

use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest as _, Sha256};

use super::budget::{Work, budget};
use super::ecdsa::{dropped_characters, recovered_keys, single_edit, swapped_or_added, truncated};
use super::hmac_confusion::Files;
use super::reading::signature_encodings::{self, SignatureForm};
use super::reading::{Reading, readings};
use super::search::{Case, Targets, meet};
use super::signer::named_keys::NamedKeys;
use super::signer::{self, Suspect};
use super::signing_inputs::header_variants::KeyNames;
use super::signing_inputs::{Hashed, SigningInputs};
use super::{Debugger, Effort, short_tokens};
use crate::algorithm::Material;
use crate::curve::counted;
use crate::key::set::KeySource;
use crate::text::base64url;
use crate::token::Token;
use crate::token::header::JoseHeader;
use crate::verify::policy::Policy;

/// Random numbers, the same in each run.
struct Random(u64);

impl Random {
    fn octets(&mut self) -> [u8; 32] {
        self.0 += 1;
        Sha256::digest(self.0.to_be_bytes()).into()
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(u32::from_be_bytes(self.octets()[..4].try_into().unwrap())).unwrap() % end
    }

    fn key(&mut self) -> SigningKey {
        SigningKey::from_slice(&self.octets()).unwrap()
    }

    /// Characters of base64url.
    fn characters(&mut self, count: usize) -> String {
        let octets: Vec<u8> = (0..count.div_ceil(32))
            .flat_map(|_| self.octets())
            .collect();
        base64url::encode(&octets)[..count].to_owned()
    }
}

fn jwk(key: &SigningKey, kid: &str) -> String {
    let point = key.verifying_key().to_encoded_point(false);
    let [x, y] = [point.x(), point.y()].map(|octets| base64url::encode(octets.unwrap()));
    format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","kid":"{kid}"}}"#)
}

fn source(keys: &[SigningKey]) -> KeySource {
    let jwks: Vec<String> = keys.iter().map(|key| jwk(key, "k")).collect();
    let set = format!(r#"{{"keys":[{}]}}"#, jwks.join(","));
    KeySource::read("set", set.as_bytes()).unwrap()
}

/// Computes what is computed once in a run, which no search pays for.
fn compute_tables() {
    drop(crate::curve::all_times_generator(
        [p256::Scalar::ONE].into_iter(),
    ));
}

/// Runs a search with a budget; what it paid, and what it computed.
fn cost(units: u64, effort: Effort, search: impl FnOnce(&mut Work)) -> (u64, u64) {
    let step = &mut |_| true;
    let mut work = Work::of(units, effort, step);
    counted::take();
    search(&mut work);
    (units - work.left(), counted::take().div_ceil(10))
}

/// Every search pays for what it computes, whatever its lists hold, and begins nothing that it can't
/// pay for.
#[test]
fn every_search_pays_for_what_it_computes() {
    let mut random = Random(1);
    let key = random.key();
    let mut keys: Vec<SigningKey> = (0..31).map(|_| random.key()).collect();
    let suspects = signer::given(&[source(&keys)], &[]);
    keys.truncate(1);
    let sources = [source(&keys)];
    assert_eq!(suspects.len(), 31);
    compute_tables();

    let header = base64url::encode(br#"{"alg":"ES256","kid":"k"}"#);
    let input = format!("{header}.{}", base64url::encode(br#"{"sub":"a","n":1}"#));
    let good: Signature = key.sign_prehash(&Sha256::digest(&input)).unwrap();
    let whole = base64url::encode(&good.to_bytes());
    let der = base64url::encode(good.to_der().as_bytes());
    let without = |text: &str, places: &[usize]| -> String {
        let kept = text.char_indices().filter(|(at, _)| !places.contains(at));
        kept.map(|(_, character)| character).collect()
    };
    let mut signatures = vec![
        String::new(),
        "A".to_owned(),
        "A".repeat(86),
        "A".repeat(140),
        "_".repeat(86),
        whole.clone(),
        whole[..80].to_owned(),
        format!("{whole}Qx"),
        format!("{}Q", &whole[..85]),
        without(&whole, &[3]),
        without(&whole, &[3, 50]),
        without(&whole, &[3, 30, 50]),
        without(&whole, &[3, 30, 50, 70]),
        without(&whole, &[42]),
        der.clone(),
        der[..der.len() - 4].to_owned(),
        without(&der, &[20, 60]),
        random.characters(140),
    ];
    // The lengths around those of whole signatures, and of some that lost characters.
    let lengths = [82, 85, 86, 87, 90, 97];
    signatures.extend(lengths.map(|length| random.characters(length)));

    let mut searches = 0;
    for segment in &signatures {
        let token = format!("{input}.{segment}");
        let readings = readings(token.as_bytes());
        let Some(reading) = readings.first() else {
            continue;
        };
        let case = Case {
            token: token.as_bytes(),
            reading,
        };
        let step = &mut |_| true;
        let mut free = Work::of(u64::MAX, Effort::Deep, step);
        let all_forms = signature_encodings::forms(segment, &mut free);
        let hashes = hashes(reading, &mut free);
        for units in [0, 1000, 20_000] {
            let of_forms = [&[][..], &all_forms[..all_forms.len().min(1)], &all_forms];
            let of_hashes = [&[][..], &hashes[..1], &hashes];
            let of_suspects = [&[][..], &suspects[..1], &suspects];
            for number in 0..27 {
                let lists = [number / 9, number / 3 % 3, number % 3];
                let (forms, hashes) = (of_forms[lists[0]], of_hashes[lists[1]]);
                let suspects = of_suspects[lists[2]];
                for search in searches_of(case, forms, hashes, suspects, &sources) {
                    // Of lists on which it does not depend, one is enough.
                    let mut lists = lists.into_iter().zip(search.lists);
                    if lists.any(|(list, depends)| !depends && list != 1) {
                        continue;
                    }
                    let (paid, computed) = cost(units, search.effort, search.search);
                    assert!(paid <= units);
                    assert!(
                        computed <= paid,
                        "{}: {computed} of {paid} for {} forms, {} hashes, {} keys, {segment}",
                        search.name,
                        forms.len(),
                        hashes.len(),
                        suspects.len()
                    );
                    searches += 1;
                }
            }
        }
    }
    assert!(searches > 5000, "{searches}");
}

fn hashes(reading: &Reading, work: &mut Work) -> Vec<Hashed> {
    let header = base64url::decode(&reading.segments.header).unwrap();
    let header = JoseHeader::parse(&header).unwrap();
    let mut hashes = SigningInputs::new(reading, Some(&header), &KeyNames::default(), work).hashes;
    hashes.truncate(80);
    hashes
}

struct NamedSearch<'s> {
    name: &'static str,
    effort: Effort,
    /// On which lists it depends: forms, hashes and keys.
    lists: [bool; 3],
    search: Box<dyn FnOnce(&mut Work) + 's>,
}

#[allow(clippy::too_many_lines, reason = "a list")]
fn searches_of<'s>(
    case: Case<'s>,
    forms: &'s [SignatureForm],
    hashes: &'s [Hashed],
    suspects: &'s [Suspect],
    sources: &'s [KeySource],
) -> Vec<NamedSearch<'s>> {
    use Effort::{Deep, Default};
    let index = recovered_keys::Index::new(suspects);
    let names = NamedKeys::read(None, b"").thumbprints();
    let files = Files::new(sources.iter());
    vec![
        NamedSearch {
            name: "forms",
            effort: Default,
            lists: [false, false, false],
            search: Box::new(move |work| {
                drop(signature_encodings::forms(
                    &case.reading.segments.signature,
                    work,
                ));
            }),
        },
        NamedSearch {
            name: "targets",
            effort: Default,
            lists: [true, true, true],
            search: Box::new(move |work| {
                let targets = Targets::new(forms, suspects, work);
                drop(meet(case, &targets, hashes, work));
            }),
        },
        NamedSearch {
            name: "recovery",
            effort: Default,
            lists: [true, true, true],
            search: Box::new(move |work| {
                drop(recovered_keys::meet(
                    case, forms, hashes, &index, &names, work,
                ));
            }),
        },
        NamedSearch {
            name: "proofs",
            effort: Default,
            lists: [true, true, false],
            search: Box::new(move |work| {
                for form in forms {
                    drop(recovered_keys::proofs(case, form, hashes, work));
                }
            }),
        },
        NamedSearch {
            name: "truncated",
            effort: Default,
            lists: [false, true, true],
            search: Box::new(move |work| {
                drop(truncated::search(case, hashes, suspects, work));
            }),
        },
        NamedSearch {
            name: "swapped or added",
            effort: Default,
            lists: [true, true, true],
            search: Box::new(move |work| {
                drop(swapped_or_added::search(
                    case, forms, hashes, suspects, work,
                ));
            }),
        },
        NamedSearch {
            name: "altered",
            effort: Default,
            lists: [false, true, true],
            search: Box::new(move |work| {
                drop(single_edit::in_signature(case, hashes, suspects, work));
            }),
        },
        NamedSearch {
            name: "dropped",
            effort: Default,
            lists: [false, true, true],
            search: Box::new(move |work| {
                if let Some(search) =
                    dropped_characters::DroppedSearch::new(case, hashes, suspects, work)
                {
                    drop(search.run(work));
                }
            }),
        },
        NamedSearch {
            name: "in signing input",
            effort: Deep,
            lists: [true, false, true],
            search: Box::new(move |work| {
                drop(single_edit::in_signing_input(case, forms, suspects, work));
            }),
        },
        NamedSearch {
            name: "in any character",
            effort: Deep,
            lists: [false, true, true],
            search: Box::new(move |work| {
                drop(single_edit::in_any_character(case, hashes, suspects, work));
            }),
        },
        NamedSearch {
            name: "secret",
            effort: Default,
            lists: [false, false, true],
            search: Box::new(move |work| {
                let keys = suspects
                    .iter()
                    .map(|suspect| (Arc::clone(suspect.id()), Material::P256(*suspect.key())));
                let keys: Vec<_> = keys.collect();
                drop(files.search("a.b", &[0; 32], &keys, None, work));
            }),
        },
    ]
}

/// However `alg` is written and however long a signature is, what is computed for a token stays within
/// the budget: within that of `debug` for some, within smaller ones, at which every search ends
/// somewhere else, for all. They are few because each takes as long as `debug` may; the next test takes it
/// for all.
#[test]
fn short_tokens_stay_within_the_budget() {
    const BUDGETS: [u64; 4] = [0, 500, 3000, 15_000];
    on_all_cores(10_000, |number| {
        let units = match number % 100 {
            0 => budget(Effort::Default),
            _ => BUDGETS[number % BUDGETS.len()],
        };
        stays_within(units, number);
    });
}

/// The same, with the budget of `debug` for each.
#[test]
#[ignore = "takes minutes"]
fn short_tokens_stay_within_the_whole_budget() {
    on_all_cores(10_000, |number| {
        stays_within(budget(Effort::Default), number);
    });
}

fn on_all_cores(count: usize, check: impl Fn(usize) + Sync) {
    compute_tables();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for core in 0..cores {
            let check = &check;
            scope.spawn(move || (core..count).step_by(cores).for_each(check));
        }
    });
}

/// Debugs the token of this number with so many units.
fn stays_within(units: u64, number: usize) {
    /// Made once: it takes longer than most of these searches.
    static KEYS: LazyLock<Vec<SigningKey>> = LazyLock::new(|| {
        let mut random = Random(2);
        (0..100).map(|_| random.key()).collect()
    });
    let mut random = Random(u64::try_from(number).unwrap() << 32);
    let count = [1, 1, 1, 1, 0, 2, 40][random.below(7)];
    let first = random.below(KEYS.len());
    let keys = KEYS.iter().cycle().skip(first).take(count).cloned();
    let keys: Vec<SigningKey> = keys.collect();
    let sources = Vec::from_iter((!keys.is_empty()).then(|| source(&keys)));
    let debugger = Debugger::new(&sources, &[], Policy::default(), Effort::Default);
    let token = short_tokens::token(number);
    let step = &mut |_| true;
    let mut work = Work::of(units, Effort::Default, step);
    counted::take();
    let report = debugger.debug_within(&Token::from(&*token), 0, &mut work);
    let (paid, computed) = (units - work.left(), counted::take().div_ceil(10));
    assert!(
        computed <= paid,
        "{computed} of {paid} units of {units} for {token}"
    );
    assert!(report.proof.is_none());
}
