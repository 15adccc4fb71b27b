//! Advice for the tokens of one vendor. It is given for tokens that are recognized as theirs, and for no
//! others.

use super::report::Report;
use crate::text::base64url;
use crate::text::json::Value;
use crate::token::claims::ClaimsSet;
use crate::token::header::JoseHeader;

/// Where to get the public key that the vendor of this token publishes.
pub fn key_source(report: &Report) -> Option<&'static str> {
    is_transcodes(report.claims.as_ref()?)
        .then_some("use the public_key.json that Transcodes showed when the key was created")
}

/// Which algorithm the vendor of this token signs with, or which key it publishes for that.
pub fn algorithm(report: &Report) -> Option<&'static str> {
    let is_es256 = report.signature.algorithm.as_deref() == Some("ES256");
    is_transcodes(report.claims.as_ref()?).then_some(if is_es256 {
        "use public_key.json from the JSON Web Key panel of Transcodes"
    } else {
        "sign with ES256, as Transcodes does"
    })
}

/// Whether a token is of Transcodes, by its audience or its issuer.
fn is_transcodes(claims: &ClaimsSet) -> bool {
    let has_audience = |aud| claims.aud().is_some_and(|audience| audience.contains(aud));
    let is_host = |iss: &str| {
        let host = iss.strip_prefix("https://").unwrap_or(iss);
        let host = host.split('/').next().unwrap_or_default();
        ["transcodes.com", "transcodes.io"]
            .into_iter()
            .any(|domain| {
                host.strip_suffix(domain)
                    .is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
            })
    };
    has_audience("transcodes-sdk") || is_transcodes_api(claims) || claims.iss().is_some_and(is_host)
}

/// Whether it is an API token of Transcodes: by its audience, or by the members that name organization,
/// project and member.
pub fn is_transcodes_api(claims: &ClaimsSet) -> bool {
    claims
        .aud()
        .is_some_and(|audience| audience.contains("transcodes-mcp"))
        || ["oid", "pid", "mid"]
            .iter()
            .all(|name| claims.members.get(name).is_some())
}

/// Whether an AWS Application Load Balancer made the token: it signs over the padding.
pub fn is_load_balancer(header: &JoseHeader) -> bool {
    let signer = header.parameters.get("signer").and_then(Value::as_str);
    signer.is_some_and(|arn| arn.starts_with("arn:aws") && arn.contains(":elasticloadbalancing:"))
}

/// Whether Auth0 made the token, by the issuer in its header.
pub fn is_auth0(header: &JoseHeader) -> bool {
    let iss = header.parameters.get("iss").and_then(Value::as_str);
    let host = iss.and_then(|iss| iss.strip_prefix("https://"));
    let host = host.and_then(|host| host.split('/').next());
    host.is_some_and(|host| host.ends_with(".auth0.com"))
}

/// Whether Kubernetes made the token for a service account.
pub fn is_kubernetes(claims: &ClaimsSet) -> bool {
    claims.iss().is_some_and(|iss| {
        iss == "kubernetes/serviceaccount" || iss.starts_with("https://kubernetes.default.svc")
    })
}

/// Whether a JWE has exactly the header of an Auth.js session: its `kid` is a thumbprint. The header of NextAuth.js, its
/// predecessor, is one that many others have.
pub fn is_auth_js(header: &JoseHeader) -> bool {
    let members: Vec<(&str, &Value)> = header
        .parameters
        .members()
        .iter()
        .map(|member| (&*member.name, &member.value))
        .collect();
    let is = |value: &Value, text| value.as_str() == Some(text);
    match members.as_slice() {
        [("alg", alg), ("enc", enc), ("kid", kid)] => {
            let is_thumbprint =
                |kid: &str| base64url::decode(kid).is_ok_and(|kid| matches!(kid.len(), 32 | 64));
            is(alg, "dir") && is(enc, "A256CBC-HS512") && kid.as_str().is_some_and(is_thumbprint)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_transcodes_are_recognized_and_no_others() {
        for (claims, expected) in [
            (r#"{"aud":"transcodes-sdk"}"#, true),
            (r#"{"aud":["api","transcodes-mcp"]}"#, true),
            (r#"{"oid":"a","pid":"b","mid":"c"}"#, true),
            (r#"{"iss":"https://api.transcodes.com/v1"}"#, true),
            (r#"{"iss":"transcodes.io"}"#, true),
            (r#"{"iss":"https://nottranscodes.io"}"#, false),
            (r#"{"iss":"https://transcodes.io.example.com"}"#, false),
            (r#"{"oid":"a","pid":"b"}"#, false),
            (r#"{"aud":"api"}"#, false),
            ("{}", false),
        ] {
            let parsed = ClaimsSet::parse(claims.as_bytes()).unwrap();
            assert_eq!(is_transcodes(&parsed), expected, "{claims}");
        }
    }

    #[test]
    fn headers_of_other_vendors_are_recognized() {
        let header = |json: &str| JoseHeader::parse(json.as_bytes()).unwrap();
        let arn = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/a/1";
        let signed = format!(r#"{{"alg":"ES256","signer":"{arn}"}}"#);
        assert!(is_load_balancer(&header(&signed)));
        assert!(!is_load_balancer(&header(
            r#"{"alg":"ES256","signer":"arn:aws:iam::1:role/a"}"#
        )));
        assert!(!is_load_balancer(&header(r#"{"alg":"ES256"}"#)));
        let thumbprint = "A".repeat(86);
        let of_session = format!(r#"{{"alg":"dir","enc":"A256CBC-HS512","kid":"{thumbprint}"}}"#);
        assert!(is_auth_js(&header(&of_session)));
        assert!(!is_auth_js(&header(
            r#"{"alg":"dir","enc":"A256CBC-HS512","kid":"2026-01"}"#
        )));
        assert!(!is_auth_js(&header(r#"{"alg":"dir","enc":"A256GCM"}"#)));
        assert!(!is_auth_js(&header(r#"{"alg":"dir","enc":"A128GCM"}"#)));
        assert!(!is_auth_js(&header(r#"{"alg":"A256KW","enc":"A256GCM"}"#)));
        assert!(is_auth0(&header(
            r#"{"alg":"dir","iss":"https://a.auth0.com/"}"#
        )));
        assert!(!is_auth0(&header(
            r#"{"alg":"dir","iss":"https://a.auth0.com.example/"}"#
        )));
    }
}
