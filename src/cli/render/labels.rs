//! What registered names mean, in a word or two for people. A name that says it itself has no label,
//! and no label is so long that it takes the room of the values.

/// A header parameter (RFC 7515, section 4.1; RFC 7516, section 4.1; RFC 7797).
pub fn parameter(name: &str) -> &'static str {
    match name {
        "alg" => "algorithm",
        "jku" => "JWK Set URL",
        "jwk" => "public key",
        "kid" => "key ID",
        "x5u" => "certificate URL",
        "x5c" => "certificates",
        "x5t" => "SHA-1",
        "x5t#S256" => "SHA-256",
        "typ" => "type",
        "cty" => "content type",
        "crit" => "critical",
        "b64" => "encoded payload",
        "enc" => "encryption",
        "zip" => "compression",
        _ => "",
    }
}

/// A claim's label; empty for a name that says it itself or is not registered.
pub fn claim(name: &str) -> &'static str {
    registered(name).unwrap_or_default()
}

/// Whether a claim is one of RFC 7519, section 4.1, or a common one registered since.
pub fn is_registered(name: &str) -> bool {
    registered(name).is_some()
}

fn registered(name: &str) -> Option<&'static str> {
    Some(match name {
        "iss" => "issuer",
        "sub" => "subject",
        "aud" => "audience",
        "exp" => "expires",
        "nbf" => "not before",
        "iat" => "issued",
        "jti" => "token ID",
        "acr" => "auth context",
        "act" => "actor",
        "amr" => "auth methods",
        "auth_time" => "authenticated",
        "azp" => "authorized party",
        "cnf" => "confirmation",
        "sid" => "session ID",
        "client_id" | "email" | "email_verified" | "family_name" | "given_name" | "locale"
        | "name" | "nonce" | "preferred_username" | "scope" | "updated_at" => "",
        _ => return None,
    })
}

/// The claims that are times: those of RFC 7519, and of `OpenID` Connect Core, sections 2 and 5.1.
pub fn is_time(claim: &str) -> bool {
    matches!(claim, "exp" | "nbf" | "iat" | "auth_time" | "updated_at")
}
