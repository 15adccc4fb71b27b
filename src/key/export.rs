//! Usable public keys for other programs: as a JWK with the members that every program knows, and as
//! PEM. A secret has neither form.

use data_encoding::BASE64;

use super::spki_writer;
use crate::text::base64url;
use crate::text::json::{Object, Value};

/// A public key without its private half and without what only its issuer knows how to use.
#[derive(Clone, Debug)]
pub(crate) struct PublicJwk {
    jwk: Object,
    is_pss: bool,
}

/// Characters per line (RFC 7468, section 2).
const LINE: usize = 64;

impl PublicJwk {
    /// None for a secret. Other members may hold anything, so none of them is written.
    pub(super) fn of(jwk: &Object, is_pss: bool) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let of_type: &[&str] = match text("kty")? {
            "EC" => &["kty", "crv", "x", "y"],
            "OKP" => &["kty", "crv", "x"],
            "RSA" => &["kty", "n", "e"],
            _ => return None,
        };
        let mut public = Object::default();
        for name in of_type.iter().copied().chain(["kid", "use", "alg"]) {
            match text(name) {
                Some(number) if ["n", "e"].contains(&name) => {
                    public.push(name, Value::from(&*canonical(number)?));
                }
                Some(text) => public.push(name, Value::from(text)),
                None => {}
            }
        }
        let is_pss = is_pss || text("alg").is_some_and(|alg| alg.starts_with("PS"));
        Some(Self {
            jwk: public,
            is_pss,
        })
    }

    /// None if the JWK would allow more algorithms than the key: without `alg`, no member says RSASSA-PSS.
    pub(crate) fn jwk(&self) -> Option<&Object> {
        let is_lost = self.is_pss && self.jwk.get("alg").is_none();
        (!is_lost).then_some(&self.jwk)
    }

    /// The `alg` that PEM has no place for, so that the key in it allows more algorithms.
    pub(crate) fn alg_lost_in_pem(&self) -> Option<&str> {
        let alg = self.jwk.get("alg").and_then(Value::as_str)?;
        let is_rsa = self.jwk.get("kty").and_then(Value::as_str) == Some("RSA");
        (is_rsa && !self.is_pss).then_some(alg)
    }

    /// `PUBLIC KEY` (RFC 7468, section 13).
    pub(crate) fn pem(&self) -> Option<String> {
        let base64 = BASE64.encode(&spki_writer::write(&self.jwk, self.is_pss)?);
        let mut pem = "-----BEGIN PUBLIC KEY-----\n".to_owned();
        let mut rest = base64.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
            pem.push_str(line);
            pem.push('\n');
            rest = after;
        }
        pem.push_str("-----END PUBLIC KEY-----\n");
        Some(pem)
    }
}

/// A number without leading zeros (RFC 7518, section 2, `Base64urlUInt`).
fn canonical(number: &str) -> Option<String> {
    let bytes = base64url::decode(number).ok()?;
    Some(base64url::encode(spki_writer::without_leading_zeros(
        &bytes,
    )))
}
