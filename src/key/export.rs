//! Usable public keys for other programs: as a JWK with the members that every program knows, and as
//! PEM. A secret has neither form.

use data_encoding::BASE64;

use super::spki;
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
    /// None for a secret.
    pub(super) fn of(jwk: &Object, is_pss: bool) -> Option<Self> {
        const NAMES: [&str; 9] = ["kty", "crv", "n", "e", "x", "y", "kid", "use", "alg"];
        if jwk.get("kty").and_then(Value::as_str)? == "oct" {
            return None;
        }
        let mut public = Object::default();
        for name in NAMES {
            match jwk.get(name) {
                Some(Value::String(number)) if ["n", "e"].contains(&name) => {
                    public.push(name, Value::from(&*canonical(number)?));
                }
                Some(value) => public.push(name, value.clone()),
                None => {}
            }
        }
        Some(Self {
            jwk: public,
            is_pss,
        })
    }

    pub(crate) fn jwk(&self) -> &Object {
        &self.jwk
    }

    /// Whether the JWK allows more algorithms than the key: no member of it says RSASSA-PSS.
    pub(crate) fn loses_pss(&self) -> bool {
        self.is_pss && self.jwk.get("alg").is_none()
    }

    /// `PUBLIC KEY` (RFC 7468, section 13).
    pub(crate) fn pem(&self) -> Option<String> {
        let base64 = BASE64.encode(&spki::write(&self.jwk, self.is_pss)?);
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
    Some(base64url::encode(spki::without_leading_zeros(&bytes)))
}
