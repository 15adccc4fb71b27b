//! Tokens that only their issuer can read, by the prefixes that issuers document for theirs.

use crate::verify::code::Code;
use crate::verify::finding::Finding;

/// A prefix, and what such tokens are.
const PREFIXES: [(&str, &str); 30] = [
    ("ghp_", "a GitHub personal access token"),
    ("github_pat_", "a GitHub personal access token"),
    ("gho_", "a GitHub OAuth access token"),
    ("ghu_", "a GitHub App user access token"),
    ("ghs_", "a GitHub App installation access token"),
    ("ghr_", "a GitHub refresh token"),
    ("glpat-", "a GitLab personal access token"),
    ("gloas-", "a GitLab OAuth application secret"),
    ("xoxb-", "a Slack bot token"),
    ("xoxp-", "a Slack user token"),
    ("xoxe-", "a Slack refresh token"),
    ("xapp-", "a Slack app-level token"),
    ("ya29.", "a Google OAuth access token"),
    ("1//0", "a Google OAuth refresh token"),
    ("sk_live_", "a Stripe secret key"),
    ("sk_test_", "a Stripe secret key"),
    ("whsec_", "a webhook signing secret"),
    ("shpat_", "a Shopify access token"),
    ("npm_", "an npm access token"),
    ("pypi-", "a PyPI API token"),
    ("hf_", "a Hugging Face access token"),
    ("hvs.", "a HashiCorp Vault service token"),
    ("hvb.", "a HashiCorp Vault batch token"),
    ("hvr.", "a HashiCorp Vault recovery token"),
    ("dop_v1_", "a DigitalOcean access token"),
    ("Atza|", "an Amazon access token"),
    ("Atzr|", "an Amazon refresh token"),
    ("SFMyNTY.", "a Phoenix token (Elixir)"),
    (
        "0.A",
        "a Microsoft Entra refresh token or authorization code",
    ),
    (
        "1.A",
        "a Microsoft Entra refresh token or authorization code",
    ),
];

/// The versions and purposes of PASETO, which has segments as a JWT has.
const PASETO: [&str; 4] = ["v1.", "v2.", "v3.", "v4."];

/// What a text is that begins with such a prefix. Nothing of the text is repeated.
pub fn named(text: &str) -> Option<Finding> {
    /// Long enough not to be a word.
    const SHORTEST: usize = 16;
    let is_word = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_graphic());
    if text.len() < SHORTEST || !is_word(text) {
        return None;
    }
    let is_paseto = PASETO.iter().any(|version| {
        let rest = text.strip_prefix(version).unwrap_or_default();
        rest.starts_with("local.") || rest.starts_with("public.")
    });
    if is_paseto {
        let finding = Finding::note(Code::OpaqueToken, "it begins with a version and a purpose");
        return Some(
            finding
                .with_summary("this is a PASETO, not a JWT")
                .with_hint("use a PASETO library with the issuer's key"),
        );
    }
    let (prefix, what) = PREFIXES
        .iter()
        .find(|(prefix, _)| text.starts_with(prefix))?;
    let finding = Finding::note(Code::OpaqueToken, format!("it begins with \"{prefix}\""));
    Some(finding.with_summary(format!("this is {what}, not a JWT")))
}
