//! What registered names mean, in a word or two for people.

/// A header parameter (RFC 7515 section 4.1, RFC 7516 section 4.1, RFC 7797).
pub fn parameter(name: &str) -> &'static str {
    match name {
        "alg" => "algorithm",
        "jku" => "key set address",
        "jwk" => "key",
        "kid" => "key ID",
        "x5u" => "certificate address",
        "x5c" => "certificate chain",
        "x5t" | "x5t#S256" => "certificate thumbprint",
        "typ" => "type",
        "cty" => "content type",
        "crit" => "must be understood",
        "b64" => "payload encoded",
        "enc" => "encryption",
        "zip" => "compression",
        _ => "",
    }
}

/// A claim of RFC 7519 section 4.1, or one of those registered since that are met every day.
pub fn claim(name: &str) -> &'static str {
    match name {
        "iss" => "issuer",
        "sub" => "subject",
        "aud" => "audience",
        "exp" => "expires",
        "nbf" => "not before",
        "iat" => "issued at",
        "jti" => "token ID",
        "acr" => "authentication class",
        "act" => "actor",
        "amr" => "authentication methods",
        "auth_time" => "authenticated at",
        "azp" => "authorized party",
        "client_id" => "client",
        "cnf" => "confirmation key",
        "email" => "e-mail",
        "email_verified" => "e-mail verified",
        "family_name" => "family name",
        "given_name" => "given name",
        "locale" => "locale",
        "name" => "full name",
        "nonce" => "nonce",
        "preferred_username" => "user name",
        "scope" => "scope",
        "sid" => "session ID",
        "updated_at" => "updated at",
        _ => "",
    }
}

/// Whether a claim is one of those.
pub fn is_registered(name: &str) -> bool {
    !claim(name).is_empty()
}

/// The claims that are times: those of RFC 7519, and of `OpenID` Connect Core sections 2 and 5.1.
pub fn is_time(claim: &str) -> bool {
    matches!(claim, "exp" | "nbf" | "iat" | "auth_time" | "updated_at")
}
