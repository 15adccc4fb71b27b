//! A token of our own for each fault that is known from public tests, documents and bug reports, and for
//! each good token there that looks odd: what `verify` answers, and what `debug` finds.

use std::sync::LazyLock;

use data_encoding::{BASE64, BASE64URL, BASE64URL_NOPAD, HEXLOWER};
use ed25519_dalek::Signer;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jwtlens::{Effort, KeySet, Policy, Token, Validity, Verdict, Verifier, decode};
use p384::ecdsa::signature::hazmat::PrehashSigner;
use rsa::BoxedUint;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::traits::PublicKeyParts;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::asn1;
use crate::conformance::answer;
use crate::made::{assert_made, sample};
use crate::support::{Issuer, NOW, corpus, der};

/// A token, and the key that is given with it.
pub struct Case {
    pub id: &'static str,
    /// What is true of the token: of one whose signature verifies over its text, also if the signature is
    /// padded, it says "valid" or "signed well".
    pub truth: &'static str,
    pub token: String,
    pub key: String,
    /// The verdict, and the status of the signature or why it was not checked; or [`NO_KEY`], and what
    /// the reason contains.
    answer: (&'static str, &'static str),
    /// What `debug` finds: certainty and code.
    pub causes: &'static [(&'static str, &'static str, Effort)],
}

const NO_KEY: &str = "key rejected";

const DEFAULT: Effort = Effort::Default;
const DEEP: Effort = Effort::Deep;

const KID: &str = "0b1f3c7e-5a52-4d0e-9c1b-7d1f6a2e8c40";
const HEADER: &str = r#"{"alg":"ES256"}"#;
const WITH_TYP: &str = r#"{"alg":"ES256","typ":"JWT"}"#;
const CLAIMS: &str = r#"{"sub":"member-7","aud":"transcodes-sdk"}"#;
/// A payload that is not a JSON object, as of a JWS that is not a JWT.
const TEXT: &str = "text";

/// All cases, in the order of `tests/CONFORMANCE.md`.
pub static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let mut cases = sound();
    cases.extend(signatures());
    cases.extend(signers());
    cases.extend(text());
    cases.extend(keys());
    cases.extend(contents());
    cases.extend(other_algorithms());
    cases
});

impl Case {
    /// A token with the key of [`issuer`].
    fn new(
        id: &'static str,
        truth: &'static str,
        token: String,
        answer: (&'static str, &'static str),
    ) -> Self {
        Self {
            id,
            truth,
            token,
            key: issuer().jwk(),
            answer,
            causes: &[],
        }
    }

    fn key(self, key: impl Into<String>) -> Self {
        let key = key.into();
        Self { key, ..self }
    }

    fn causes(self, causes: &'static [(&'static str, &'static str, Effort)]) -> Self {
        Self { causes, ..self }
    }
}

fn issuer() -> Issuer {
    Issuer::new(11, KID)
}

/// An issuer with the same `kid`, whose key is not given.
fn other() -> Issuer {
    Issuer::new(12, KID)
}

/// The key that verifies the case `by-other-key`.
pub fn other_jwk() -> String {
    other().jwk()
}

/// The issuer's JWK with more members, and without those named.
fn jwk(more: &str, without: &[&str]) -> String {
    let jwk: serde_json::Value = serde_json::from_str(&issuer().jwk()).unwrap();
    let members = jwk.as_object().unwrap().iter();
    let members: Vec<String> = members
        .filter(|(name, _)| !without.contains(&name.as_str()))
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    format!("{{{}{more}}}", members.join(","))
}

fn encode(text: impl AsRef<[u8]>) -> String {
    BASE64URL_NOPAD.encode(text.as_ref())
}

fn input(header: &str, payload: &str) -> String {
    format!("{}.{}", encode(header), encode(payload))
}

fn sign(header: &str, payload: impl AsRef<[u8]>) -> String {
    issuer().sign(header.as_bytes(), payload.as_ref())
}

/// A JWS Signing Input with the signature of the issuer: of numbered payloads, the first whose signature
/// is as wanted.
fn signed_where(
    payload: impl Fn(usize) -> String,
    is_wanted: impl Fn(&[u8; 64]) -> bool,
) -> (String, [u8; 64]) {
    let signed = (0..).map(|number| {
        let input = input(HEADER, &payload(number));
        let signature = issuer().sign_hash(&Sha256::digest(&input));
        (input, signature)
    });
    signed
        .into_iter()
        .find(|(_, signature)| is_wanted(signature))
        .unwrap()
}

fn numbered_claims(number: usize) -> String {
    format!(r#"{{"sub":"member-{number}"}}"#)
}

/// A text whose last character is another.
fn with_last(text: &str, change: impl Fn(char) -> char) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let last = characters.pop().unwrap();
    characters.push(change(last));
    characters.into_iter().collect()
}

/// Without the two characters that base64 has and base64url has not.
fn lossy(base64: &str) -> String {
    base64.replace(['+', '/', '='], "")
}

/// Tokens that verify.
fn sound() -> Vec<Case> {
    let (sample_key, sample_token) = sample();
    vec![
        Case::new(
            "member",
            "valid, expires in 2046; a UUID as kid in the token and in the JWK",
            sample_token,
            ("valid", "verified"),
        )
        .key(sample_key),
        Case::new(
            "web-crypto-jwk",
            "valid; the JWK has the members that Web Crypto exports, key_ops among them",
            issuer().token(CLAIMS),
            ("valid", "verified"),
        )
        .key(jwk(r#","use":"sig","key_ops":["verify"],"ext":true"#, &[])),
        Case::new(
            "without-exp",
            "valid; no exp, which some libraries demand",
            sign(WITH_TYP, CLAIMS),
            ("valid", "verified"),
        ),
        Case::new(
            "typ-before-alg",
            "valid; alg is the last header parameter",
            sign(r#"{"typ":"JWT","alg":"ES256"}"#, r#"{"n":1}"#),
            ("valid", "verified"),
        ),
        Case::new(
            "key-without-kid",
            "valid; the token has a kid, the key has none",
            sign(r#"{"alg":"ES256","kid":"my-key"}"#, CLAIMS),
            ("valid", "verified"),
        )
        .key(jwk("", &["alg", "kid"])),
        Case::new(
            "audience-of-digits",
            "signed well, expired in 2023; aud is a string of digits",
            sign(
                WITH_TYP,
                r#"{"iat":1700000000,"exp":1700003600,"aud":"1234"}"#,
            ),
            ("expired", "verified"),
        ),
        Case::new(
            "claims-on-lines",
            "signed well, expired in 2023; CR LF between the claims",
            sign(HEADER, claims_on_lines()),
            ("expired", "verified"),
        ),
        Case::new(
            "typ-as-claim",
            "signed well, expired in 2023; typ is a claim too",
            sign(
                WITH_TYP,
                r#"{"iss":"https://idp.example.com","sub":"mailto:ada@example.com","nbf":1700000000,"exp":1700003600,"iat":1700000000,"jti":"id-7","typ":"https://example.com/register"}"#,
            ),
            ("expired", "verified"),
        ),
        Case::new(
            "clock-of-1970",
            "signed well; iat is 51, exp 3651: the clock of the issuer began in 1970",
            sign(WITH_TYP, r#"{"iat":51,"exp":3651,"iss":"device-7"}"#),
            ("expired", "verified"),
        )
        .causes(&[("likely", "issuer-clock", DEFAULT)]),
    ]
}

fn claims_on_lines() -> &'static str {
    "{\"sub\":\"member-7\",\r\n \"exp\":1700000000,\r\n \"https://example.com/is_admin\":true}"
}

/// Signatures that are written in another way, or cut.
fn signatures() -> Vec<Case> {
    let text = |number| format!("text {number}");
    let begins_with_zero = |signature: &[u8; 64]| signature[0] == 0 && signature[1] > 0x7f;
    let (zero_input, zero) = signed_where(text, begins_with_zero);

    let lossy_der = |signature: &[u8; 64]| {
        let base64 = BASE64.encode(&der(*signature));
        (base64.matches('/').count(), base64.matches('+').count()) == (3, 1) && base64.len() == 96
    };
    let (lossy_input, lossy_signature) = signed_where(numbered_claims, lossy_der);

    let (der_input, der_signature) = signed_where(numbered_claims, |s| der(*s).len() == 70);
    let der_signature = encode(der(der_signature));

    let text_input = input(HEADER, TEXT);
    let signature = issuer().sign_hash(&Sha256::digest(&text_input));
    let (r, s) = signature.split_at(32);

    let cut = sign(HEADER, claims_on_lines());
    vec![
        Case::new(
            "der-with-lost-characters",
            "a DER signature in standard base64 without its 3 / and 1 +: 69 bytes, where DER announces 72",
            format!("{lossy_input}.{}", lossy(&BASE64.encode(&der(lossy_signature)))),
            ("mis-signed", "mismatch"),
        )
        .causes(&[
            ("likely", "der-signature", DEFAULT),
            ("proven", "der-signature", DEEP),
            ("proven", "dropped-characters", DEEP),
        ]),
        Case::new(
            "der-with-last-character",
            "a DER signature whose last character was changed, which leaves bits that belong to no byte",
            // Another bit of the last byte too: of A, Q, g and w only Q begins with 01, as W does.
            format!(
                "{der_input}.{}",
                with_last(&der_signature, |last| if last == 'Q' { 'h' } else { 'W' })
            ),
            ("malformed", "malformed"),
        )
        .causes(&[
            ("proven", "der-signature", DEFAULT),
            ("proven", "altered-character", DEFAULT),
        ]),
        Case::new(
            "zero-of-r-lost",
            "63 bytes: the first byte of R is 0 and was left out; the payload is text",
            format!("{zero_input}.{}", encode(&zero[1..])),
            ("malformed", "mismatch"),
        )
        .causes(&[("proven", "signature-length", DEFAULT)]),
        Case::new(
            "zero-of-r-kept",
            "signed well; R begins with 0, and the payload is text",
            format!("{zero_input}.{}", encode(zero)),
            ("malformed", "verified"),
        ),
        Case::new(
            "cut",
            "cut after 64 of the 86 characters of the signature",
            cut[..cut.len() - 22].to_owned(),
            ("mis-signed", "mismatch"),
        )
        .causes(&[("likely", "truncated", DEFAULT)]),
        Case::new(
            "zeros-before-r-and-s",
            "66 bytes: R and S with a zero byte before each, as Java's BigInteger writes them",
            format!("{text_input}.{}", encode([&[0], r, &[0], s].concat())),
            ("malformed", "mismatch"),
        )
        .causes(&[("proven", "signature-length", DEFAULT)]),
        Case::new(
            "zeros-behind-r-and-s",
            "66 bytes: R and S with a zero byte behind each",
            format!("{text_input}.{}", encode([r, &[0], s, &[0]].concat())),
            ("malformed", "mismatch"),
        )
        .causes(&[("proven", "signature-length", DEFAULT)]),
    ]
}

/// Signatures of something else, or by someone else.
fn signers() -> Vec<Case> {
    let mac = |key: &[u8], input: &str| {
        let mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        encode(mac.chain_update(input).finalize().into_bytes())
    };
    let elsewhere = mac(
        b"a shared secret",
        &input(r#"{"alg":"HS256","typ":"JWT"}"#, CLAIMS),
    );
    let foreign_mac = mac(&[9; 32], &input(r#"{"alg":"HS256"}"#, TEXT));

    vec![
        Case::new(
            "mac-of-another-token",
            "32 bytes: the MAC of an HS256 token pasted behind an ES256 header; exp is 0, iat in the year 9999",
            format!(
                "{}.{elsewhere}",
                input(WITH_TYP, r#"{"sub":"member-7","iat":253370764800,"exp":0}"#)
            ),
            ("mis-signed", "mismatch"),
        )
        .causes(&[("likely", "signature-of-other-algorithm", DEFAULT)]),
        Case::new(
            "mac-under-ec-key",
            "HS256 in the header, an EC key given, and a MAC with a secret that is not known: the shape of algorithm confusion",
            format!("{}.{foreign_mac}", input(r#"{"alg":"HS256"}"#, TEXT)),
            ("malformed", "algorithm-not-allowed"),
        ),
        Case::new(
            "es384-by-p256",
            "ES384 in the header, a signature on P-256 over the SHA-384 hash",
            by_p256(r#"{"alg":"ES384","typ":"JWT"}"#, Sha384::digest),
            ("unverifiable", "algorithm-not-allowed"),
        )
        .causes(&[("proven", "alg-key-mismatch", DEFAULT)]),
        Case::new(
            "es512-by-p256",
            "ES512 in the header, a signature on P-256 over the SHA-512 hash",
            by_p256(r#"{"alg":"ES512","typ":"JWT"}"#, Sha512::digest),
            ("unverifiable", "algorithm-not-allowed"),
        )
        .causes(&[("proven", "alg-key-mismatch", DEFAULT)]),
        Case::new(
            "by-other-key",
            "signed with another key, which is at hand",
            other().sign(HEADER.as_bytes(), CLAIMS.as_bytes()),
            ("mis-signed", "mismatch"),
        )
        .causes(&[("proven", "signed-by-other-key", DEFAULT)]),
        Case::new(
            "by-embedded-key",
            "signed with the key in the header, under the kid of the given key",
            other().sign(
                format!(r#"{{"alg":"ES256","kid":"{KID}","jwk":{}}}"#, other().jwk()).as_bytes(),
                TEXT.as_bytes(),
            ),
            ("malformed", "mismatch"),
        )
        .causes(&[("proven", "signed-by-embedded-key", DEFAULT)]),
    ]
}

/// A signature on P-256 over the leftmost bits of another hash than that of SHA-256.
fn by_p256<H: AsRef<[u8]>>(header: &str, hash: fn(String) -> H) -> String {
    let input = input(header, r#"{"iat":1700000000,"sub":"member-7"}"#);
    let signature = issuer().sign_hash(&hash(input.clone()).as_ref()[..32]);
    format!("{input}.{}", encode(signature))
}

/// Text that was padded, or changed after signing.
fn text() -> Vec<Case> {
    let padded = |text: &str| BASE64URL.encode(text.as_bytes());
    let header = format!(
        r#"{{"typ":"JWT","kid":"{KID}","alg":"ES256","iss":"https://idp.example.com/","client":"c-7","signer":"balancer","exp":1700000000}}"#
    );
    let claims = r#"{"sub":"member-7","email_verified":"true","email":"ada@example.com","exp":1700000000,"iss":"https://idp.example.com/"}"#;
    let padded_input = format!("{}.{}", padded(&header), padded(claims));
    assert!(
        padded_input
            .split('.')
            .all(|segment| segment.ends_with('='))
    );
    let signature = issuer().sign_hash(&Sha256::digest(&padded_input));
    let signature = encode(signature);
    // The same bits but for one that belongs to no byte.
    let stray = with_last(&signature, |last| match last {
        'A' => 'B',
        'Q' => 'R',
        'g' => 'h',
        _ => 'x',
    });

    let header_of = |kid: &str| format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#);
    let signed = sign(&header_of(KID), TEXT);
    let changed = header_of(&KID.replacen('0', "X", 1));
    vec![
        Case::new(
            "padded-segments",
            "signed well, with the padding of every segment, as by an AWS load balancer",
            format!("{padded_input}.{signature}=="),
            ("malformed", "malformed"),
        )
        .causes(&[("proven", "padded-base64", DEFAULT)]),
        Case::new(
            "padded-segments-with-stray-bit",
            "signed well, as padded-segments; its last character was changed: the same 64 bytes, and a bit that belongs to none",
            format!("{padded_input}.{stray}=="),
            ("malformed", "malformed"),
        )
        .causes(&[
            ("proven", "padded-base64", DEFAULT),
            ("proven", "trailing-bits", DEFAULT),
        ]),
        Case::new(
            "payload-changed",
            "the payload was changed after signing, from \"text\" to \"Text\"",
            signed.replacen(&encode(TEXT), &encode("Text"), 1),
            ("malformed", "mismatch"),
        )
        .causes(&[("likely", "no-key-matches", DEFAULT)]),
        Case::new(
            "kid-changed",
            "one character of kid was changed after signing, so that it is not the JWK's either",
            signed.replacen(&encode(header_of(KID)), &encode(changed), 1),
            ("malformed", "mismatch"),
        )
        .causes(&[("proven", "header-changed", DEFAULT)]),
    ]
}

/// Keys with a fault; the tokens are signed well.
fn keys() -> Vec<Case> {
    let signed = sign(&format!(r#"{{"alg":"ES256","kid":"{KID}"}}"#), TEXT);
    let [x, y] = issuer().coordinates();
    let spki = asn1::ec_public_key(asn1::P256, &issuer().point());
    vec![
        Case::new(
            "key-for-encryption",
            "signed well; the JWK's use is enc",
            signed.clone(),
            (NO_KEY, "\"use\" must be \"sig\", found \"enc\""),
        )
        .key(jwk(r#","use":"enc""#, &["alg"]))
        .causes(&[("proven", "key-not-for-verification", DEFAULT)]),
        Case::new(
            "key-ops-encrypt",
            "signed well; the JWK's key_ops are encrypt alone",
            signed,
            (NO_KEY, "\"key_ops\" must contain \"verify\", found [\"encrypt\"]"),
        )
        .key(jwk(r#","key_ops":["encrypt"]"#, &["alg"]))
        .causes(&[("proven", "key-not-for-verification", DEFAULT)]),
        Case::new(
            "padded-coordinates",
            "signed well, expires in 2124; x and y are padded, the token has no kid and a claim of that name",
            sign(
                WITH_TYP,
                r#"{"iss":"idp","exp":4870000000,"jti":"k7","kid":"0","u":"ada"}"#,
            ),
            (NO_KEY, "\"x\" and \"y\" have padding"),
        )
        .key(format!(
            r#"{{"kty":"EC","use":"sig","kid":"p-0","crv":"P-256","x":"{x}=","y":"{y}="}}"#
        ))
        .causes(&[("proven", "key-coordinates-padded", DEFAULT)]),
        Case::new(
            "pem-on-one-line",
            "signed well; the key is PEM without line ends",
            issuer().token(CLAIMS),
            ("valid", "verified"),
        )
        .key(asn1::pem("PUBLIC KEY", &spki).replace('\n', "")),
    ]
}

/// Tokens that hold something else than a plain Claims Set, or bring certificates along.
fn contents() -> Vec<Case> {
    let deflated = miniz_oxide::deflate::compress_to_vec(
        br#"{"iss":"https://health.example.com/issuer","nbf":1700000000.5,"vc":{"type":["https://health.example.com/card"],"credentialSubject":{"name":"Ada"}}}"#,
        8,
    );
    let deflated_header = format!(
        r#"{{"zip":"DEF","alg":"ES256","kid":"{}"}}"#,
        issuer().thumbprint()
    );
    let (intermediate, root) = (Issuer::new(15, ""), Issuer::new(16, ""));
    let chain = [
        asn1::certificate(("Leaf", &issuer()), ("Intermediate", &intermediate), false),
        asn1::certificate(("Intermediate", &intermediate), ("Root", &root), true),
        asn1::certificate(("Root", &root), ("Root", &root), true),
    ]
    .map(|certificate| format!("\"{}\"", BASE64.encode(&certificate)));
    vec![
        Case::new(
            "deflated",
            "signed well; zip is DEF, and the payload is raw DEFLATE of JSON",
            sign(&deflated_header, deflated),
            ("malformed", "verified"),
        )
        .causes(&[("note", "deflated-payload", DEFAULT)]),
        Case::new(
            "sd-jwt",
            "an SD-JWT with key binding, pasted whole: five segments as of a JWE, and five ~; the JWT before the first ~ is signed well",
            sd_jwt(),
            ("malformed", "malformed"),
        )
        .causes(&[("proven", "sd-jwt", DEFAULT)]),
        Case::new(
            "x5c",
            "valid under the key of the header's certificate; own claims hold fractional milliseconds, and there is no exp",
            embedded_certificate(),
            ("valid", "verified"),
        )
        .key(certified().jwk()),
        Case::new(
            "x5c-under-another-name",
            "valid under the key of the first certificate; the chain stands in x5cwrong, so that a verifier that needs x5c rejects it",
            sign(
                &format!(
                    r#"{{"typ":"JWT","alg":"ES256","x5cwrong":[{}]}}"#,
                    chain.join(",")
                ),
                r#"{"data":{"bundle":"com.example"},"notification":"9ad5"}"#,
            ),
            ("valid", "verified"),
        ),
    ]
}

/// The issuer of [`embedded_certificate`].
fn certified() -> Issuer {
    Issuer::new(14, "leaf")
}

/// A token whose header has a self-signed certificate, its `/` escaped as JSON allows.
pub fn embedded_certificate() -> String {
    let signer = certified();
    let certificate = asn1::certificate(("Test", &signer), ("Test", &signer), false);
    let certificate = BASE64.encode(&certificate).replace('/', "\\/");
    let header =
        format!(r#"{{"kid":"Test_Key","typ":"JWT","alg":"ES256","x5c":["{certificate}"]}}"#);
    let claims = r#"{"ownership":"purchased","purchaseDate":1793491200049.7297,"expiresDate":1796083200049.7297,"signedDate":1793491200056.485}"#;
    signer.sign(header.as_bytes(), claims.as_bytes())
}

/// RFC 9901: an issuer-signed JWT, four disclosures, and a key binding JWT.
fn sd_jwt() -> String {
    let holder = Issuer::new(13, "holder");
    let disclosures = [
        r#"["c2FsdC0x","family_name","Lovelace"]"#,
        r#"["c2FsdC0y","address",{"locality":"London","country":"GB"}]"#,
        r#"["c2FsdC0z","given_name","Ada"]"#,
        r#"["c2FsdC00","GB"]"#,
    ]
    .map(encode);
    let [family, address, given, nationality] = disclosures
        .each_ref()
        .map(|disclosure| encode(Sha256::digest(disclosure)));
    let claims = format!(
        r#"{{"_sd":["{family}","{address}","{given}"],"iss":"https://issuer.example.com","iat":1700000000,"exp":1900000000,"sub":"member-7","nationalities":[{{"...":"{nationality}"}}],"_sd_alg":"sha-256","cnf":{{"jwk":{}}}}}"#,
        holder.jwk()
    );
    let signed = sign(r#"{"alg":"ES256","typ":"example+sd-jwt"}"#, claims);
    let presented = format!("{signed}~{}~", disclosures.join("~"));
    let binding = format!(
        r#"{{"nonce":"1234567890","aud":"https://verifier.example.org","iat":1795391000,"sd_hash":"{}"}}"#,
        encode(Sha256::digest(&presented))
    );
    let binding = holder.sign(br#"{"alg":"ES256","typ":"kb+jwt"}"#, binding.as_bytes());
    format!("{presented}{binding}")
}

/// Tokens of algorithms other than ES256, signed well unless they say otherwise.
fn other_algorithms() -> Vec<Case> {
    let es512_text = es512(r#"{"alg":"ES512","kid":"k-521"}"#, "text", |signature| {
        encode(signature)
    });
    let [x, y] = [1..67, 67..133].map(|range| encode(&p521_point()[range]));
    let p521_jwk = |alg: &str| {
        format!(
            r#"{{"kty":"EC",{alg}"kid":"k-521","use":"sig","crv":"P-521","x":"{x}","y":"{y}"}}"#
        )
    };
    let lossy_der = |signature: &[u8]| lossy(&BASE64.encode(&asn1::signature(signature)));
    let p384_pem = asn1::pem(
        "PUBLIC KEY",
        &asn1::ec_public_key(asn1::P384, &p384_point()),
    );
    let p521_pem = asn1::pem(
        "PUBLIC KEY",
        &asn1::ec_public_key(asn1::P521, &p521_point()),
    );

    let ed25519 = ed25519_dalek::SigningKey::from_bytes(&[19; 32]);
    let ed25519_input = input(r#"{"alg":"EdDSA"}"#, TEXT);
    let ed25519_signature = ed25519.sign(ed25519_input.as_bytes()).to_bytes();
    vec![
        Case::new(
            "es384-der-with-lost-characters",
            "as der-with-lost-characters, of ES384",
            es384(r#"{"alg":"ES384"}"#, CLAIMS, lossy_der),
            ("mis-signed", "mismatch"),
        )
        .key(&*p384_pem),
        Case::new(
            "es512-der-with-lost-characters",
            "as der-with-lost-characters, of ES512",
            es512(r#"{"alg":"ES512"}"#, CLAIMS, lossy_der),
            ("mis-signed", "mismatch"),
        )
        .key(&*p521_pem),
        Case::new(
            "es512",
            "signed well; the payload is text",
            es512_text.clone(),
            ("malformed", "verified"),
        )
        .key(p521_jwk("")),
        Case::new(
            "es512-misspelled-in-jwk",
            "signed well; the JWK's alg is ES521, which is not the name of an algorithm",
            es512_text,
            (NO_KEY, "\"alg\" must be \"ES512\", found \"ES521\""),
        )
        .key(p521_jwk(r#""alg":"ES521","#)),
        Case::new(
            "eddsa",
            "signed well; the payload is text",
            format!("{ed25519_input}.{}", encode(ed25519_signature)),
            ("malformed", "verified"),
        )
        .key(format!(
            r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#,
            encode(ed25519.verifying_key())
        )),
        Case::new(
            "rs256-with-milliseconds",
            "signed well; exp is 2026-11-22T22:13:20Z in milliseconds, which in seconds is the year 58863; the key is PEM with one line of base64",
            rs256(r#"{"alg":"RS256"}"#, r#"{"username":"ada","exp":1795385600000}"#),
            ("valid", "verified"),
        )
        .key(rsa_pem_with_one_line()),
    ]
}

fn p384() -> p384::ecdsa::SigningKey {
    p384::ecdsa::SigningKey::from_slice(&[17; 48]).unwrap()
}

fn p384_point() -> Vec<u8> {
    let point = p384().verifying_key().to_sec1_point(false);
    point.as_bytes().to_vec()
}

fn es384(header: &str, payload: &str, write: impl Fn(&[u8]) -> String) -> String {
    let input = input(header, payload);
    let hash = Sha384::digest(&input);
    let signature: p384::ecdsa::Signature = p384().sign_prehash(&hash).unwrap();
    format!("{input}.{}", write(&signature.to_bytes()))
}

fn p521() -> p521::ecdsa::SigningKey {
    let mut secret = [18; 66];
    // The order has 521 bits.
    secret[0] = 0;
    p521::ecdsa::SigningKey::from_slice(&secret).unwrap()
}

fn p521_point() -> Vec<u8> {
    let point = p521().verifying_key().to_sec1_point(false);
    point.as_bytes().to_vec()
}

fn es512(header: &str, payload: &str, write: impl Fn(&[u8]) -> String) -> String {
    let input = input(header, payload);
    let hash = Sha512::digest(&input);
    let signature: p521::ecdsa::Signature = p521().sign_prehash(&hash).unwrap();
    format!("{input}.{}", write(&signature.to_bytes()))
}

/// A key of 2048 bits, made by `openssl genrsa` for these tests.
static RSA: LazyLock<rsa::PrivateKey> = LazyLock::new(|| {
    const P: &[u8] = b"df809c37479db6e029f7350fcea566f6731be5a6d4935775db8573b38a02b4301a53c7cd84e719ab3074730bb42fd3f31b88c57fc645d5109c2a71db9225d155e329a1df45d563ae724091820fa734d9a6dce55a9859ac5909a1eaa4cec14b193051f2e11d696a12365f78631f47583cb45c9a8d39af5997db6d9245849ba97d";
    const Q: &[u8] = b"c9856dd10b2c9babe845c6f42b61813fc0efc9bca97a78ca99769881ecf7f2f45b74068bfcc5a4a815338386f239e4d1100076866d6a20a76590df233ed70066d17dc890a2bdb53dc246cceed242113d4799b0aea22c27a98360fd23e15ce978f4d80261c16fa1281def63ddc034ad8bb25aa37d45c8081cbaa34b4f8a3f9131";
    let number = |hex: &[u8]| BoxedUint::from_be_slice_vartime(&HEXLOWER.decode(hex).unwrap());
    rsa::PrivateKey::from_p_q(number(P), number(Q), 65537_u32.into()).unwrap()
});

fn rs256(header: &str, payload: &str) -> String {
    let input = input(header, payload);
    let scheme = Pkcs1v15Sign::new::<Sha256>();
    let signature = RSA.sign(scheme, &Sha256::digest(&input)).unwrap();
    format!("{input}.{}", encode(signature))
}

/// The public half of [`RSA`].
pub fn rsa_jwk(kid: &str) -> String {
    let (n, e) = (encode(RSA.n_bytes()), encode(RSA.e_bytes()));
    format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}","alg":"RS256","kid":"{kid}"}}"#)
}

fn rsa_pem_with_one_line() -> String {
    let der = asn1::rsa_public_key(&RSA.n_bytes(), &RSA.e_bytes());
    let base64 = BASE64.encode(&der);
    format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n")
}

#[test]
fn every_case_gets_its_answer() {
    for case in CASES.iter() {
        let (verdict, detail) = case.answer;
        let found = answer(&case.key, &case.token);
        if verdict == NO_KEY {
            assert!(
                found.starts_with(NO_KEY) && found.contains(detail),
                "{}: {found}",
                case.id
            );
        } else {
            assert_eq!(found, format!("{verdict} ({detail})"), "{}", case.id);
        }
    }
}

/// The claims of a valid token are given, and those of no other, whatever else can be read of them.
#[test]
fn claims_are_given_of_valid_tokens_only() {
    let mut counts = [0; 2];
    for case in CASES.iter() {
        let token = Token::from(&*case.token);
        assert!(
            decode(&token, &Policy::default(), NOW, true)
                .valid_claims()
                .is_none()
        );
        let Ok(keys) = KeySet::read(case.id, case.key.as_bytes()) else {
            continue;
        };
        let report = Verifier::new(keys, Policy::default()).verify(&token, NOW);
        let is_valid = report.verdict == Verdict::Valid;
        assert_eq!(report.valid_claims().is_some(), is_valid, "{}", case.id);
        counts[usize::from(is_valid)] += usize::from(report.claims.is_some());
    }
    assert!(counts.iter().all(|count| *count > 5), "{counts:?}");
}

/// What is said of `exp` is what another reader of JSON and a comparison of floats say.
#[test]
fn cases_stand_in_time_as_their_exp_says() {
    let mut read = 0;
    for case in CASES.iter() {
        let report = decode(&Token::from(&*case.token), &Policy::default(), NOW, true);
        let Some(status) = report.time.status.filter(|_| report.error.is_none()) else {
            continue;
        };
        let payload = case.token.split('.').nth(1).unwrap();
        let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        let expected = match claims["exp"].as_f64() {
            None => Validity::Unbounded,
            Some(exp) if exp <= NOW as f64 => Validity::Expired,
            Some(_) => Validity::Current,
        };
        assert_eq!(status, expected, "{}", case.id);
        read += 1;
    }
    assert!(read > 20, "{read}");
}

/// The fuzzer starts from the cases.
#[test]
fn cases_are_in_the_corpus() {
    for case in CASES.iter() {
        for (target, content) in [("token", &case.token), ("key", &case.key)] {
            assert_made(&corpus(target).join(format!("case-{}", case.id)), content);
        }
    }
}
