//! The words that names of claims, audiences and issuers are usually made of. A text made of them gives
//! nothing away.

/// The longest text that is taken for a name.
const MAX_NAME: usize = 64;

/// Words of claim names, hosts and services. None of them is usual in a password or a shared secret, as
/// `key`, `pass` and `secret` are.
const WORDS: &[&str] = &[
    "access",
    "account",
    "accounts",
    "acr",
    "act",
    "active",
    "actor",
    "address",
    "admin",
    "administrator",
    "agent",
    "alg",
    "algorithm",
    "allowed",
    "amr",
    "api",
    "app",
    "application",
    "applications",
    "apps",
    "assurance",
    "aud",
    "audience",
    "audiences",
    "auth",
    "authentication",
    "authorities",
    "authority",
    "authorization",
    "authorized",
    "azp",
    "azure",
    "backend",
    "billing",
    "birthdate",
    "claim",
    "claims",
    "client",
    "cluster",
    "cnf",
    "code",
    "cognito",
    "com",
    "company",
    "confirmation",
    "confirmed",
    "contact",
    "context",
    "country",
    "created",
    "custom",
    "customer",
    "customers",
    "data",
    "date",
    "default",
    "department",
    "dev",
    "development",
    "device",
    "display",
    "division",
    "domain",
    "email",
    "emails",
    "employee",
    "engineering",
    "entitlements",
    "env",
    "environment",
    "events",
    "example",
    "exp",
    "expires",
    "external",
    "family",
    "features",
    "firebase",
    "first",
    "frontend",
    "full",
    "gateway",
    "gender",
    "github",
    "gitlab",
    "given",
    "google",
    "googleapis",
    "group",
    "groups",
    "hash",
    "host",
    "http",
    "https",
    "iam",
    "iat",
    "id",
    "identifier",
    "identities",
    "identity",
    "idp",
    "ids",
    "idtyp",
    "internal",
    "invoice",
    "io",
    "ip",
    "is",
    "iss",
    "issued",
    "issuer",
    "job",
    "jti",
    "jwt",
    "keycloak",
    "kubernetes",
    "lang",
    "language",
    "last",
    "level",
    "local",
    "locale",
    "localhost",
    "location",
    "login",
    "mail",
    "manager",
    "member",
    "members",
    "metadata",
    "method",
    "mfa",
    "microsoft",
    "microsoftonline",
    "middle",
    "mobile",
    "model",
    "name",
    "namespace",
    "nbf",
    "net",
    "nickname",
    "node",
    "nonce",
    "number",
    "oauth",
    "object",
    "of",
    "oid",
    "oidc",
    "okta",
    "online",
    "order",
    "orders",
    "org",
    "organization",
    "organizations",
    "origin",
    "owner",
    "payment",
    "payments",
    "permission",
    "permissions",
    "person",
    "phone",
    "picture",
    "plan",
    "platform",
    "pod",
    "policy",
    "port",
    "portal",
    "postal",
    "preferred",
    "premium",
    "prod",
    "product",
    "production",
    "profile",
    "project",
    "projects",
    "provider",
    "public",
    "read",
    "realm",
    "realms",
    "ref",
    "region",
    "repository",
    "request",
    "resource",
    "resources",
    "role",
    "roles",
    "scope",
    "scopes",
    "scp",
    "sdk",
    "server",
    "service",
    "serviceaccount",
    "services",
    "session",
    "sid",
    "sign",
    "source",
    "sso",
    "staging",
    "state",
    "status",
    "street",
    "sts",
    "sub",
    "subject",
    "subscription",
    "supabase",
    "svc",
    "system",
    "tag",
    "tags",
    "team",
    "teams",
    "tenant",
    "tenants",
    "test",
    "testing",
    "tid",
    "tier",
    "time",
    "timezone",
    "title",
    "to",
    "token",
    "tokens",
    "transcodes",
    "type",
    "uid",
    "unique",
    "updated",
    "upn",
    "uri",
    "url",
    "urn",
    "user",
    "userid",
    "userinfo",
    "username",
    "users",
    "uuid",
    "value",
    "verified",
    "verifier",
    "version",
    "web",
    "website",
    "workflow",
    "workspace",
    "write",
    "www",
    "zone",
    "zoneinfo",
];

/// How many characters of a name are in no word of [`WORDS`], separators aside; none if the text is not
/// a name: an identifier, a host or a path.
pub fn unknown_characters(text: &str) -> Option<usize> {
    let is_separator = |byte: u8| matches!(byte, b'_' | b'-' | b'.' | b':' | b'/' | b'@');
    let is_name = (1..=MAX_NAME).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || is_separator(byte));
    if !is_name {
        return None;
    }
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric());
    let unknown = parts
        .flat_map(words)
        .filter(|word| !WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)));
    Some(unknown.map(str::len).sum())
}

/// The words of a part without separators: `tenantId2` has three.
fn words(part: &str) -> impl Iterator<Item = &str> {
    let starts_word = |(before, after): (char, char)| {
        before.is_ascii_digit() != after.is_ascii_digit()
            || before.is_ascii_lowercase() && after.is_ascii_uppercase()
    };
    let mut rest = part;
    std::iter::from_fn(move || {
        let pairs = rest.chars().zip(rest.chars().skip(1));
        let end = pairs.map(starts_word).position(|starts| starts);
        let end = end.map_or(rest.len(), |last| last.saturating_add(1));
        let (word, after) = rest.split_at_checked(end)?;
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted() {
        assert!(WORDS.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn name_is_split_into_words() {
        let split = |part| words(part).collect::<Vec<_>>();
        assert_eq!(split("tenantId2"), ["tenant", "Id", "2"]);
        assert_eq!(split("USER"), ["USER"]);
        assert_eq!(split("2fa"), ["2", "fa"]);
        assert_eq!(split(""), [""; 0]);
    }

    #[test]
    fn characters_outside_of_known_words_are_counted() {
        for (text, unknown) in [
            ("email_verified", Some(0)),
            ("https://auth.example.com/roles", Some(0)),
            ("/realm_access/roles/10", Some(2)),
            ("tenantId", Some(0)),
            ("TENANT_ID", Some(0)),
            ("orders-acme", Some(4)),
            ("my-secret-key", Some(11)),
            ("your-256-bit-secret", Some(16)),
            ("correct-horse-battery-staple", Some(25)),
            ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", Some(43)),
            ("roles ", None),
            ("a,b", None),
            ("é", None),
            ("", None),
        ] {
            assert_eq!(unknown_characters(text), unknown, "{text}");
        }
        assert_eq!(unknown_characters(&"id.".repeat(22)), None);
    }
}
