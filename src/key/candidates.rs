//! Which keys are tried for a token, and in what order.

use super::VerificationKey;
use super::set::KeySet;
use crate::algorithm::Algorithm;

impl KeySet {
    /// The places of the keys that allow this algorithm: those with the header's `kid` first, then the
    /// rest. The `kid` orders, it never decides (RFC 7515 section 4.1.4 calls it a hint).
    #[must_use]
    pub fn candidates(&self, algorithm: &Algorithm, kid: Option<&str>) -> Vec<usize> {
        let is_named = |key: &VerificationKey| kid.is_some() && key.id.kid.as_deref() == kid;
        let fitting = |named| {
            let keys = self.keys().iter().enumerate();
            keys.filter(move |(_, key)| key.allows(algorithm) && is_named(key) == named)
                .map(|(index, _)| index)
        };
        fitting(true).chain(fitting(false)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JWK: &str = r#"{"kty":"EC","crv":"P-256","kid":"a","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

    #[test]
    fn kid_orders_and_never_decides() {
        let mut set: Vec<String> = ["a", "b", "c", "b"]
            .iter()
            .zip(["", "", "", r#""alg":"ES256","#])
            .map(|(kid, alg)| {
                let jwk = JWK.replace("\"a\"", &format!("\"{kid}\""));
                jwk.replacen('{', &format!("{{{alg}"), 1)
            })
            .collect();
        // RFC 7517, A.1: two keys may have the same kid.
        let other = r#"{"kty":"EC","crv":"P-256","kid":"b","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#;
        other.clone_into(&mut set[3]);
        let keys =
            KeySet::read("k", format!(r#"{{"keys":[{}]}}"#, set.join(",")).as_bytes()).unwrap();
        let es256 = keys.algorithm("ES256").unwrap();
        let order = |kid| -> Vec<_> {
            keys.candidates(es256, kid)
                .into_iter()
                .map(|index| keys.keys()[index].id.kid.as_deref().unwrap())
                .collect()
        };
        assert_eq!(order(None), ["a", "b", "c", "b"]);
        assert_eq!(order(Some("b")), ["b", "b", "a", "c"]);
        assert_eq!(order(Some("z")), ["a", "b", "c", "b"]);
        assert_eq!(keys.algorithm("ES384"), None);
        assert_eq!(keys.algorithm("none"), None);
    }
}
