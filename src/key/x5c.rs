//! The certificate that a JWK brings along (RFC 7517, sections 4.7 to 4.9). It vouches for nothing; it
//! should be one of this very key.

use data_encoding::BASE64;

use super::certificate::{self, Certificate};
use super::{KeyNote, spki_writer};
use crate::text::json::{Object, Value};

/// The first certificate in `x5c`. Adds what does not match it to the notes.
pub(super) fn check(jwk: &Object, notes: &mut Vec<KeyNote>) -> Option<Certificate> {
    let x5c = jwk.get("x5c")?;
    let der = match x5c {
        Value::Array(certificates) => {
            let first = certificates.first().and_then(Value::as_str);
            first.and_then(|text| BASE64.decode(text.as_bytes()).ok())
        }
        _ => None,
    };
    let Some(issued) = der.as_deref().and_then(certificate::read) else {
        notes.push(KeyNote::X5cUnread);
        return None;
    };
    if spki_writer::write(jwk, false) != spki_writer::write(&issued.key.jwk, false) {
        notes.push(KeyNote::X5cKey);
    }
    let certificate = issued.certificate;
    for (name, thumbprint) in [
        ("x5t", &certificate.x5t),
        ("x5t#S256", &certificate.x5t_s256),
    ] {
        if let Some(value) = jwk.get(name)
            && value.as_str() != Some(thumbprint)
        {
            notes.push(KeyNote::X5cThumbprint(name));
        }
    }
    Some(certificate)
}
