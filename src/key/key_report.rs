//! What a JWK holds, whether it can verify signatures, and if not, why.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

use super::certificate::Certificate;
use super::encoding::SecretEncoding;
use super::export::PublicJwk;
use super::fault::KeyFault;
use super::jwk::{self, Parsed};
use super::key_usage::{foreign_members, strings, usage_faults, wrong_members};
use super::note::KeyNote;
use super::private::is_private_member;
use super::source::Entry;
use super::verification_key::{KeyId, VerificationKey};
use super::{secret, shown, thumbprint, x5c};
use crate::algorithm::{Algorithm, Material};
use crate::text::json::{Object, Value};

/// What a JWK holds and what is wrong with it; never its private part.
#[derive(Clone, Debug, Serialize)]
pub struct KeyReport {
    /// Its place in the JWK Set, from 0; 0 where it stands alone.
    pub index: usize,
    /// `kty`, the key's type.
    pub kty: Option<Box<str>>,
    /// `crv`, the curve.
    pub crv: Option<Box<str>>,
    /// The size of a usable key: of the curve's field, of the modulus or of the secret. Of an unusable one, that
    /// of the modulus.
    pub bits: Option<usize>,
    /// `alg`, the algorithm it is for.
    pub alg: Option<Box<str>>,
    /// `kid`, the key's ID.
    pub kid: Option<Box<str>>,
    /// `use`, what it is for.
    #[serde(rename = "use")]
    pub usage: Option<Box<str>>,
    /// `key_ops`, what it may do.
    pub key_ops: Option<Vec<Box<str>>>,
    /// The JWK Thumbprint with SHA-256 (RFC 7638), where the members that it needs are there.
    pub thumbprint: Option<Box<str>>,
    /// Whether `kid` is that thumbprint.
    pub kid_is_thumbprint: bool,
    /// Whether it holds a private part, which is neither kept nor shown. A secret is not a part of a key.
    pub private: bool,
    /// Whether signatures can be verified with it.
    pub usable: bool,
    /// Names of the algorithms that it allows.
    pub algorithms: Vec<&'static str>,
    /// Why it is not usable.
    pub reasons: Vec<KeyFault>,
    /// What is unusual about it, whether it can be used or not.
    pub notes: Vec<KeyNote>,
    /// The certificate that it comes from, or the first one of its `x5c`.
    pub certificate: Option<Certificate>,
    #[serde(skip)]
    pub(crate) key: Option<VerificationKey>,
    /// How the text of a secret was read; none of a JWK.
    #[serde(skip)]
    pub(crate) encoding: Option<SecretEncoding>,
    /// A usable public key for other programs.
    #[serde(skip)]
    pub(crate) public: Option<PublicJwk>,
    /// What an unusable key holds, for `debug` to find out what it was meant as.
    #[serde(skip)]
    pub(crate) rejected: Option<Rejected>,
}

/// What is kept of a JWK that cannot be used.
#[derive(Clone, Debug)]
pub(crate) struct Rejected {
    /// Its `x` and `y` alone.
    pub(crate) coordinates: Object,
    /// The members by which it says that it is not a key for ES256.
    pub(crate) foreign: Vec<&'static str>,
    /// The key itself, if only what it is said to be for is wrong, or its size.
    pub(crate) material: Option<Material>,
    /// The members that are wrong about it.
    pub(crate) usage: Vec<&'static str>,
}

/// RFC 8725 section 2.1: whoever knows the public key could sign.
fn not_public(parsed: Parsed) -> Result<Parsed, Vec<KeyFault>> {
    match &parsed.material {
        Material::Oct(secret) if secret::not_a_key(secret.octets()).is_err() => {
            Err(vec![KeyFault::PublicSecret])
        }
        _ => Ok(parsed),
    }
}

impl KeyReport {
    /// Reads one JWK. `source` names it in reports.
    pub(crate) fn read(index: usize, source: &Arc<str>, jwk: &str) -> Self {
        Self::of(index, source, Entry::of_jwk(jwk))
    }

    /// Decides whether a key can be used, whatever its form.
    pub(crate) fn of(index: usize, source: &Arc<str>, entry: Entry) -> Self {
        let mut object = entry.jwk;
        let mut notes = entry.notes;
        if let (true, Some(fault)) = (object.members().is_empty(), &entry.fault) {
            return Self {
                notes,
                ..Self::unread(index, fault.clone())
            };
        }
        let text = |name: &str| object.get(name).and_then(Value::as_str).map(Box::from);
        let [kid, alg]: [Option<Box<str>>; 2] = ["kid", "alg"].map(text);
        let has_private_members = object
            .members()
            .iter()
            .any(|member| is_private_member(&member.name));

        let mut reasons = usage_faults(&object, has_private_members);
        let foreign = foreign_members(&object, &reasons);
        let is_settled = entry.fault.is_some();
        reasons.extend(entry.fault);
        let certificate = entry
            .certificate
            .or_else(|| x5c::check(&object, &mut notes));
        let mut key: Option<VerificationKey> = None;
        let rejected_material;
        match jwk::parse(&object).and_then(not_public) {
            Ok(Parsed { material, note }) => {
                notes.extend(note);
                let key_type = material.key_type();
                let mut algorithms: Vec<_> = Algorithm::of(key_type).collect();
                if entry.is_pss {
                    algorithms.retain(|algorithm| algorithm.name.starts_with("PS"));
                }
                if let Some(alg) = &alg {
                    algorithms.retain(|algorithm| algorithm.is_named(alg));
                    if algorithms.is_empty() {
                        let alg = alg.to_string();
                        reasons.push(KeyFault::Algorithm { alg, key_type });
                    }
                }
                notes.extend(weak_secret(&material, &algorithms));
                rejected_material = Some(material.clone()).filter(|_| !reasons.is_empty());
                if reasons.is_empty() {
                    key = Some(VerificationKey {
                        expires: certificate
                            .as_ref()
                            .map(|certificate| certificate.not_after),
                        id: Arc::new(KeyId::new(kid.clone(), &material, source)),
                        algorithms,
                        alg: alg.clone(),
                        is_pss: entry.is_pss,
                        notes: notes.clone(),
                        material,
                    });
                }
            }
            // What the key is comes first, what it is for after it.
            Err(faults) => {
                rejected_material = jwk::small_rsa(&object).filter(|_| reasons.is_empty());
                reasons.splice(0..0, faults);
            }
        }
        let thumbprint = thumbprint(key.as_ref(), &object, &reasons);
        let kty = text("kty");
        let shown_text = |name: &str| text(name).map(|text| shown::value(&text).into());
        let algorithms = key.iter().flat_map(VerificationKey::algorithms);
        let is_usable = key.is_some();
        let public = PublicJwk::of(&object, entry.is_pss).filter(|_| is_usable);
        let mut report = Self {
            index,
            private: entry.is_private || has_private_members && kty.as_deref() != Some("oct"),
            kty: shown_text("kty"),
            crv: shown_text("crv"),
            bits: bits(key.as_ref(), &object),
            alg: shown_text("alg"),
            kid_is_thumbprint: is_thumbprint(kid.as_deref(), thumbprint.as_deref()),
            kid,
            usage: shown_text("use"),
            key_ops: strings(object.get("key_ops")).map(|operations| {
                let shown = operations.iter().map(|operation| shown::value(operation));
                shown.map(Box::from).collect()
            }),
            thumbprint,
            usable: key.is_some(),
            algorithms: algorithms.map(|algorithm| algorithm.name).collect(),
            notes,
            certificate,
            // An issuer's key in a chain is what it is.
            rejected: None,
            reasons,
            public,
            key,
            encoding: entry.encoding,
        };
        if !is_usable && !is_settled {
            report.rejected = Some(Rejected {
                coordinates: coordinates(&object),
                foreign,
                material: rejected_material,
                usage: wrong_members(&report.reasons),
            });
        }
        object.clear(is_private_member);
        report
    }

    /// What to do about an unusable key: about the first of its reasons that says so. The others may follow
    /// from the same mistake.
    #[must_use]
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        self.reasons.iter().find_map(KeyFault::hint)
    }

    /// The JWK of a usable public key: the members that verify, and `kid`, `use` and `alg`. None if it would
    /// allow more algorithms than the key, as for RSASSA-PSS without a hash.
    #[must_use]
    pub fn public_jwk(&self) -> Option<&Object> {
        self.public.as_ref()?.jwk()
    }

    /// The `alg` of an RSA key that its PEM does not have, so that the PEM allows more algorithms.
    #[must_use]
    pub fn alg_lost_in_pem(&self) -> Option<&str> {
        self.public.as_ref()?.alg_lost_in_pem()
    }

    /// A usable public key as PEM (`PUBLIC KEY`).
    #[must_use]
    pub fn public_pem(&self) -> Option<String> {
        self.public.as_ref()?.pem()
    }

    fn unread(index: usize, reason: KeyFault) -> Self {
        Self {
            index,
            kty: None,
            crv: None,
            bits: None,
            alg: None,
            kid: None,
            usage: None,
            key_ops: None,
            thumbprint: None,
            kid_is_thumbprint: false,
            private: false,
            usable: false,
            algorithms: Vec::new(),
            reasons: vec![reason],
            notes: Vec::new(),
            certificate: None,
            public: None,
            key: None,
            encoding: None,
            rejected: None,
        }
    }
}

impl KeyReport {
    /// Whether its content must not be kept: it has a private part, or is a secret.
    pub(crate) fn is_confidential(&self) -> bool {
        self.private || self.kty.as_deref() == Some("oct")
    }

    /// Whether it cannot be read, so that nothing is known of what it holds.
    pub(crate) fn is_unread(&self) -> bool {
        matches!(
            self.reasons.as_slice(),
            [KeyFault::Json(_) | KeyFault::NotAKey(_)]
        )
    }
}

/// RFC 7518 section 3.2: a secret is at least as long as the hash. Of the algorithms, that with the shortest
/// hash decides.
fn weak_secret(material: &Material, algorithms: &[&'static Algorithm]) -> Option<KeyNote> {
    let Material::Oct(secret) = material else {
        return None;
    };
    let hashes = algorithms
        .iter()
        .map(|algorithm| (algorithm.signature_octets(material), algorithm.name));
    let (hash, alg) = hashes.min()?;
    let found = secret.octets().len();
    (found < hash).then_some(KeyNote::WeakSecret { alg, hash, found })
}

/// The thumbprint of a usable key, or of the members of another one if a key has such members.
fn thumbprint(
    key: Option<&VerificationKey>,
    object: &Object,
    reasons: &[KeyFault],
) -> Option<Box<str>> {
    match key {
        Some(key) => key.id.thumbprint.clone(),
        None if reasons.iter().any(KeyFault::is_damage) => None,
        None => thumbprint::of_jwk(object),
    }
}

/// The size of a usable key, or the modulus of another one.
fn bits(key: Option<&VerificationKey>, object: &Object) -> Option<usize> {
    match key {
        Some(key) => Some(key.id.bits),
        None => jwk::rsa_bits(object),
    }
}

/// `x` and `y` alone.
fn coordinates(object: &Object) -> Object {
    let mut coordinates = Object::default();
    for name in ["x", "y"] {
        if let Some(value) = object.get(name) {
            coordinates.push(name, value.clone());
        }
    }
    coordinates
}

/// Whether the key ID is the thumbprint, by itself or as a URN (RFC 9278).
fn is_thumbprint(kid: Option<&str>, thumbprint: Option<&str>) -> bool {
    const URN: &str = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:";
    kid.is_some_and(|kid| Some(kid.strip_prefix(URN).unwrap_or(kid)) == thumbprint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::base64url;

    const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

    fn read(jwk: &str) -> KeyReport {
        KeyReport::read(0, &Arc::from("test"), jwk)
    }

    fn ec(x: &str, y: &str, more: &str) -> String {
        format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"{more}}}"#)
    }

    fn reasons(jwk: &str) -> Vec<String> {
        let report = read(jwk);
        assert_eq!(report.usable, report.reasons.is_empty());
        assert_eq!(report.usable, report.key.is_some());
        report.reasons.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn thumbprint_is_that_of_rfc_7638() {
        let rsa = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
        let report = read(rsa);
        assert_eq!(
            report.thumbprint.as_deref(),
            Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        );
        assert!(report.usable && !report.kid_is_thumbprint);
        // A zero byte before the modulus is accepted, and the thumbprint is that of the key.
        let n = rsa.split('"').nth(7).unwrap();
        let padded = base64url::encode(&[&[0][..], &base64url::decode(n).unwrap()].concat());
        let odd = read(&rsa.replace(n, &padded));
        assert_eq!(odd.thumbprint, report.thumbprint);
        assert_eq!(odd.notes, [KeyNote::LeadingZero]);
        assert_eq!((odd.bits, odd.algorithms), (Some(2048), vec!["RS256"]));
    }

    #[test]
    fn a_good_key_is_usable_whatever_else_it_holds() {
        for more in [
            "",
            r#","alg":"ES256","use":"sig","key_ops":["verify"],"kid":"k","ext":true,"x5t":1"#,
            r#","key_ops":["sign","verify"],"d":"AAAA""#,
            r#","key_ops":["sign"],"d":"AAAA""#,
        ] {
            assert_eq!(reasons(&ec(X, Y, more)), Vec::<String>::new());
        }
        assert!(read(&ec(X, Y, r#","d":"AAAA""#)).private);
        let thumbprint = read(&ec(X, Y, "")).thumbprint.unwrap();
        assert!(read(&ec(X, Y, &format!(r#","kid":"{thumbprint}""#))).kid_is_thumbprint);
    }

    #[test]
    fn every_fault_has_its_name() {
        let zero_x = base64url::encode(&[0; 32]);
        for (jwk, expected) in [
            (
                "[]".to_owned(),
                "a JWK must be a JSON object, found an array",
            ),
            (
                "{".to_owned(),
                "invalid JSON: unexpected end of input inside an object at offset 1",
            ),
            (
                ec(X, Y, r#","x":"a""#),
                "invalid JSON: duplicate member \"x\" at offset 130",
            ),
            ("{}".to_owned(), "\"kty\" is missing"),
            (
                r#"{"kty":7}"#.to_owned(),
                "\"kty\" must be a string, found a number",
            ),
            (
                r#"{"kty":"AKP","alg":"ML-DSA-44"}"#.to_owned(),
                "\"kty\" must be \"EC\", \"RSA\", \"OKP\" or \"oct\", found \"AKP\"",
            ),
            (
                r#"{"kty":"ec"}"#.to_owned(),
                "\"kty\" must be \"EC\", \"RSA\", \"OKP\" or \"oct\", found \"ec\"",
            ),
            (r#"{"kty":"EC"}"#.to_owned(), "\"crv\" is missing"),
            (
                r#"{"kty":"EC","crv":"P-224"}"#.to_owned(),
                "\"crv\" must be \"P-256\", \"P-384\", \"P-521\" or \"secp256k1\", found \"P-224\"",
            ),
            (
                r#"{"kty":"OKP","crv":"X25519"}"#.to_owned(),
                "\"crv\" must be \"Ed25519\", found \"X25519\"",
            ),
            (ec(&format!("{X}="), Y, ""), "\"x\" has padding (\"=\")"),
            (
                ec(&X[..40], Y, ""),
                "\"x\" must have 32 bytes for P-256, found 30",
            ),
            (
                ec(X, &format!("AA{Y}A"), ""),
                "\"y\" must have 32 bytes for P-256, found 34",
            ),
            (
                ec(Y, X, ""),
                "(x, y) is not on the P-256 curve, but (y, x) is",
            ),
            (ec(&zero_x, Y, ""), "(x, y) is not on the P-256 curve"),
            (
                ec(X, Y, r#","use":"enc""#),
                "\"use\" must be \"sig\", found \"enc\"",
            ),
            (
                ec(X, Y, r#","use":null"#),
                "\"use\" must be a string, found null",
            ),
            (
                ec(X, Y, r#","key_ops":["sign"]"#),
                "\"key_ops\" must contain \"verify\", found [\"sign\"]",
            ),
            (
                ec(X, Y, r#","key_ops":"verify""#),
                "\"key_ops\" must be an array of strings, found a string",
            ),
            (
                ec(X, Y, r#","key_ops":["verify","verify"]"#),
                "duplicate \"verify\" in \"key_ops\"",
            ),
            (
                ec(X, Y, r#","alg":"ES384""#),
                "\"alg\" must be \"ES256\", found \"ES384\"",
            ),
            (
                ec(X, Y, r#","alg":"es256""#),
                "\"alg\" must be \"ES256\", found \"es256\"",
            ),
            (
                ec(X, Y, r#","kid":5"#),
                "\"kid\" must be a string, found a number",
            ),
        ] {
            assert_eq!(reasons(&jwk), [expected], "{jwk}");
        }
        assert_eq!(
            reasons(r#"{"kty":"EC","crv":"P-256","use":"enc"}"#).len(),
            3
        );
    }

    #[test]
    fn faults_of_encoding_have_their_names() {
        for (jwk, expected) in [
            (
                ec(&X.replace('f', "+"), Y, ""),
                "\"x\" is in standard base64, expected base64url",
            ),
            (
                ec(&X.replace('f', "+"), &Y.replace(['x', '_'], "/"), ""),
                "\"x\" and \"y\" are in standard base64, expected base64url",
            ),
            (
                ec(&X.replace('f', "+"), &format!("{Y}="), ""),
                "\"x\" and \"y\" are in standard base64, expected base64url",
            ),
            (
                ec(&format!("{X}="), &format!("{Y}="), ""),
                "\"x\" and \"y\" have padding (\"=\")",
            ),
            (
                ec(&X.replace('O', "!"), Y, ""),
                "\"x\" is not base64url: invalid character at offset 3",
            ),
            (ec(&X[..42], Y, ""), "\"x\" has 42 characters, expected 43"),
            (
                ec(X, &format!("{Y}AA"), ""),
                "\"y\" has 45 characters, expected 43",
            ),
        ] {
            assert_eq!(reasons(&jwk), [expected], "{jwk}");
        }
    }

    fn rsa(n: &[u8], e: &[u8]) -> String {
        let [n, e] = [n, e].map(base64url::encode);
        format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#)
    }

    /// An odd number of so many bits.
    fn modulus(bits: usize) -> Vec<u8> {
        let mut n = vec![0xFF; bits.div_ceil(8)];
        n[0] >>= n.len() * 8 - bits;
        n
    }

    #[test]
    fn an_rsa_key_has_its_limits() {
        const E: &[u8] = &[1, 0, 1];
        let n = modulus(2048);
        for bits in [2048, 2049, 2055, 4096, 16384] {
            assert_eq!(reasons(&rsa(&modulus(bits), E)), [""; 0]);
            assert_eq!(read(&rsa(&modulus(bits), E)).bits, Some(bits));
        }
        for bits in [9, 1024, 2047, 16385] {
            let fault = format!("an RSA key must have 2048 to 16384 bits, found {bits}");
            assert_eq!(reasons(&rsa(&modulus(bits), E)), [fault]);
        }
        for e in [&[3][..], &[1, 0xFF, 0xFF, 0xFF, 0xFF]] {
            assert_eq!(reasons(&rsa(&n, e)), [""; 0]);
        }
        let too_long = [1; 9];
        for e in [&[1][..], &[2], &[4], &[2, 0, 0, 0, 1], &too_long] {
            let fault = "\"e\" must be an odd number from 3 to 2^33 - 1";
            assert_eq!(reasons(&rsa(&n, e)), [fault]);
        }
        let mut even = n.clone();
        *even.last_mut().unwrap() -= 1;
        assert_eq!(reasons(&rsa(&even, E)), ["\"n\" must be odd"]);
        let twice = [&[0, 0][..], &n].concat();
        for (jwk, name) in [
            (rsa(&twice, E), "n"),
            (rsa(&[], E), "n"),
            (rsa(&n, &[0, 3]), "e"),
            (rsa(&n, &[]), "e"),
        ] {
            let fault = format!("\"{name}\" must not be empty or begin with a zero byte");
            assert_eq!(reasons(&jwk), [fault]);
        }
        assert_eq!(
            reasons(r#"{"kty":"RSA","n":"=","alg":"ES256"}"#),
            ["\"n\" has padding (\"=\")", "\"e\" is missing"]
        );
        let alg = rsa(&n, E).replace('{', r#"{"alg":"ES256","#);
        assert_eq!(
            reasons(&alg),
            [
                r#""alg" must be "RS256", "RS384", "RS512", "PS256", "PS384" or "PS512", found "ES256""#
            ]
        );
    }

    fn ed25519(x: &[u8]) -> String {
        let x = base64url::encode(x);
        format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#)
    }

    /// RFC 8032, section 5.1.3: y is below 2^255 - 19. Eight points are of small order.
    #[test]
    fn an_ed25519_key_is_canonical_and_of_large_order() {
        // RFC 8037, appendix A.2; its thumbprint is in A.3.
        let x = base64url::decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        assert_eq!(reasons(&ed25519(&x)), [""; 0]);
        assert_eq!(
            read(&ed25519(&x)).thumbprint.as_deref(),
            Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        );
        let number = |low: u8, rest: u8, high: u8| {
            let mut y = [rest; 32];
            (y[0], y[31]) = (low, high);
            y
        };
        for y in [
            // 0, 1 and -1, also with the sign of x, and then modulo the prime.
            number(0, 0, 0),
            number(0, 0, 0x80),
            number(1, 0, 0),
            number(1, 0, 0x80),
            number(0xEC, 0xFF, 0x7F),
            number(0xEC, 0xFF, 0xFF),
            number(0xED, 0xFF, 0x7F),
            number(0xEE, 0xFF, 0x7F),
            // 3 is the y of a point; modulo the prime it is written in another way too.
            number(0xF0, 0xFF, 0x7F),
            // Of no point.
            number(2, 0, 0),
        ] {
            let fault = "\"x\" is not a valid Ed25519 public key";
            assert_eq!(reasons(&ed25519(&y)), [fault], "{y:x?}");
        }
        assert_eq!(reasons(&ed25519(&number(3, 0, 0))), [""; 0]);
        assert_eq!(
            reasons(&ed25519(&x[1..])),
            ["\"x\" must have 32 bytes for Ed25519, found 31"]
        );
    }

    #[test]
    fn a_secret_has_no_thumbprint_and_is_not_shown() {
        let report = read(r#"{"kty":"oct","kid":"a","k":"aHVudGVy"}"#);
        assert!(report.usable && !report.private && report.is_confidential());
        assert_eq!(
            (report.bits, report.thumbprint.as_deref()),
            (Some(48), None)
        );
        assert_eq!(report.algorithms, ["HS256", "HS384", "HS512"]);
        let text = format!("{report:?} {}", serde_json::to_string(&report).unwrap());
        for hidden in ["hunter", "ahvu", "104, 117", "68, 75"] {
            assert!(!text.to_lowercase().contains(hidden), "{hidden}");
        }
        assert_eq!(reasons(r#"{"kty":"oct","k":""}"#), ["\"k\" is empty"]);
    }

    /// Each curve has its own length, and its points are on no other.
    #[test]
    fn a_point_is_on_the_curve_that_the_key_names() {
        let curves = [
            ("P-256", 32),
            ("P-384", 48),
            ("P-521", 66),
            ("secp256k1", 32),
        ];
        // The generators, uncompressed.
        let point = |crv: &str| -> Vec<u8> {
            let one = |length: usize| {
                let mut one = vec![0; length];
                one[length - 1] = 1;
                one
            };
            match crv {
                "P-256" => {
                    let key = p256::ecdsa::SigningKey::from_slice(&one(32)).unwrap();
                    key.verifying_key()
                        .to_encoded_point(false)
                        .as_bytes()
                        .to_vec()
                }
                "P-384" => {
                    let key = p384::ecdsa::SigningKey::from_slice(&one(48)).unwrap();
                    key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
                }
                "P-521" => {
                    let key = p521::ecdsa::SigningKey::from_slice(&one(66)).unwrap();
                    key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
                }
                _ => {
                    let key = k256::ecdsa::SigningKey::from_slice(&one(32)).unwrap();
                    key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
                }
            }
        };
        for (of, _) in curves {
            let point = point(of);
            let (x, y) = point[1..].split_at(point.len() / 2);
            for (crv, length) in curves {
                let [encoded_x, encoded_y] = [x, y].map(base64url::encode);
                let jwk =
                    format!(r#"{{"kty":"EC","crv":"{crv}","x":"{encoded_x}","y":"{encoded_y}"}}"#);
                let expected = if crv == of {
                    vec![]
                } else if x.len() == length {
                    vec![format!("(x, y) is not on the {crv} curve")]
                } else {
                    let found = x.len();
                    let fault = |name| {
                        format!("\"{name}\" must have {length} bytes for {crv}, found {found}")
                    };
                    vec![fault("x"), fault("y")]
                };
                assert_eq!(reasons(&jwk), expected, "{of} as {crv}");
                let report = read(&jwk);
                // What is not on the curve is no key, and has no thumbprint.
                let of_key = thumbprint::of_jwk(&object(&jwk)).filter(|_| crv == of);
                assert_eq!(report.thumbprint, of_key);
                assert_eq!(report.thumbprint.is_some(), report.usable);
            }
        }
    }

    fn object(jwk: &str) -> Object {
        let Ok(Value::Object(object)) = Value::parse(jwk.as_bytes()) else {
            panic!("{jwk}");
        };
        object
    }
}
