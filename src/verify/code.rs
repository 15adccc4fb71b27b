//! The table of findings: one row per code, with everything that is fixed about it. To add a finding,
//! add a row here and the function that makes it.

use serde::{Serialize, Serializer};

/// What is fixed about a finding.
struct CodeRow {
    name: &'static str,
    /// The section that says how it should be, or that describes the attack.
    section: Option<&'static str>,
    summary: &'static str,
    hint: Option<&'static str>,
    /// Whether it may be why a token is rejected.
    explains: bool,
    place: ReportPlace,
    silences: &'static [Code],
}

/// Where the report for people shows what a finding says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ReportPlace {
    /// In a section of its own.
    Section,
    /// The same, without the evidence: other rows or the summary say it.
    SectionWithoutEvidence,
    /// In a section of its own, if nothing else is found.
    Fallback,
    /// In the headline, or in the row of the claim.
    Row,
}

macro_rules! codes {
    ($($code:ident = $row:expr;)*) => {
        /// What a finding is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "each has a name and a sentence")]
        pub enum Code {
            $($code),*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            #[allow(clippy::too_many_lines, reason = "a table")]
            fn row(self) -> CodeRow {
                match self {
                    $(Self::$code => $row),*
                }
            }
        }
    };
}

/// What is found where nothing explains the signature.
const UNEXPLAINED: &[Code] = &[
    Code::NoKeyMatches,
    Code::PayloadCorrupted,
    Code::SignerCandidates,
];

codes! {
    // How the token is written.
    NulBytes = cause("nul-bytes",
        "the token contains NUL bytes, as in UTF-16 text",
        "save as UTF-8 without BOM; in PowerShell, use Out-File -Encoding ascii")
        .section("RFC 7515, section 7.1");
    PercentEncoded = cause("percent-encoded",
        "the token is percent-encoded, as in a URL",
        "URL-decode the parameter once before using it")
        .section("RFC 7515, section 7.1");
    JsonResponse = cause("json-response",
        "this is a JSON response that contains the token",
        "use --scan to find the token, or extract it with `jq -r .access_token`")
        .section("RFC 6750, section 4");
    JsonSerialization = cause("json-serialization",
        "this is the JWS JSON Serialization; a JWT uses the Compact Serialization",
        "join \"protected\", \"payload\" and \"signature\" with dots")
        .section("RFC 7515, section 7.2");
    Cookie = cause("cookie",
        "this is a cookie that contains the token",
        "use only the value between \"=\" and \";\"")
        .section("RFC 6265, section 4.2");
    SpacesForPlus = cause("spaces-for-plus",
        "every \"+\" was decoded as a space, as in a form or query string",
        "use base64url, which has no \"+\", or percent-encode \"+\" in transit")
        .section("RFC 7515, section 2");
    VaultPrefix = cause("vault-prefix",
        "the signature has the prefix of HashiCorp Vault's transit engine",
        "remove \"vault:v1:\", or sign with marshaling_algorithm=jws")
        .section("RFC 7515, section 7.1");
    LineWrapped = cause("line-wrapped",
        "the token is wrapped over several lines or contains spaces",
        "use `base64 -w0`, or remove whitespace with `tr -d '[:space:]'`")
        .section("RFC 7515, section 7.1");
    TwoTokens = cause("two-tokens",
        "these are two tokens run together",
        "put each token on its own line")
        .section("RFC 7515, section 7.1")
        .silences(UNEXPLAINED);
    SurroundedToken = cause("surrounded-token",
        "there is extra text around the token",
        "pass the token alone, or use --scan to find it in the text")
        .section("RFC 7515, section 7.1");
    DoubleEncoded = cause("double-encoded",
        "the token is base64-encoded twice",
        "decode it once, for example with `base64 -d`")
        .section("RFC 7515, section 7.1");
    AlteredCharacter = cause("altered-character",
        "one character of the token was altered",
        "fetch the token again and copy all of it")
        .section("RFC 7515, section 5.2");
    SdJwt = cause("sd-jwt",
        "this is an SD-JWT: a signed JWT, then disclosures after each \"~\"",
        "use the part before \"~\" as the JWT, and an SD-JWT library for the rest")
        .section("RFC 9901, section 4");
    StandardBase64 = cause("standard-base64",
        "the token is in standard base64 instead of base64url",
        "use toString(\"base64url\"), Base64.getUrlEncoder() or urlsafe_b64encode")
        .section("RFC 7515, section 2");
    PaddedBase64 = cause("padded-base64",
        "the token has \"=\" padding, which a JWT must not have",
        "when encoding, use withoutPadding() (Java) or rstrip(\"=\") (Python)")
        .section("RFC 7515, section 2");
    TrailingBits = cause("trailing-bits",
        "the last character of the signature is not canonical base64url",
        "use a strict base64url encoder, or check who modified the token")
        .section("RFC 4648, section 3.5");

    // How the signature is written.
    DerSignature = cause("der-signature",
        "the signature is DER-encoded; ES256 requires raw R || S, 64 bytes",
        "use dsaEncoding \"ieee-p1363\" (Node), SHA256withECDSAinP1363Format (Java)")
        .section("RFC 7518, section 3.4")
        .silences(&[Code::Truncated]);
    SignatureLength = cause("signature-length",
        "R or S has missing or extra zero bytes",
        "write 32 bytes each: to_bytes(32, \"big\"), FillBytes, padStart(64, \"0\")")
        .section("RFC 7518, section 3.4");
    SignatureAsText = cause("signature-as-text",
        "the signature was hex- or base64-encoded before base64url encoding",
        "encode the bytes of the signature, not their hex or base64 text")
        .section("RFC 7518, section 3.4")
        .silences(&[
            Code::Truncated,
            Code::NoKeyMatches,
            Code::PayloadCorrupted,
            Code::SignerCandidates,
            Code::SignatureOfOtherAlgorithm,
        ]);
    SignatureSwapped = cause("signature-swapped",
        "the signature has S before R",
        "write R first: the signature is R || S")
        .section("RFC 7518, section 3.4");
    SignatureLittleEndian = cause("signature-little-endian",
        "R and S are little-endian; JWS uses big-endian",
        "write R and S in big-endian order: to_bytes(32, \"big\")")
        .section("RFC 7518, section 3.4");
    DroppedCharacters = cause("dropped-characters",
        "\"+\" and \"/\" (or \"-\" and \"_\") were removed from the signature",
        "replace \"+\" with \"-\" and \"/\" with \"_\", and keep both when copying")
        .section("RFC 7515, section 2");
    Truncated = cause("truncated",
        "the end of the token is missing",
        "copy all of it; a database column or variable may have truncated it")
        .section("RFC 7515, section 7.1")
        .silences(UNEXPLAINED);

    // What was signed.
    SignedPayloadOnly = cause("signed-payload-only",
        "only the payload was signed, not the header",
        "sign the JWS Signing Input: base64url(header) + \".\" + base64url(payload)")
        .section("RFC 7515, section 5.1");
    SignedHeaderOnly = cause("signed-header-only",
        "only the header was signed; the claims are not protected",
        "sign the JWS Signing Input: base64url(header) + \".\" + base64url(payload)")
        .section("RFC 7515, section 5.1");
    SignedDecodedJson = cause("signed-decoded-json",
        "the JSON was signed instead of its base64url encoding",
        "encode first, then sign: base64url(header) + \".\" + base64url(payload)")
        .section("RFC 7515, section 5.1");
    SignedPaddedInput = cause("signed-padded-input",
        "the signed text had \"=\" padding, which was removed after signing",
        "remove the padding before signing")
        .section("RFC 7515, section 5.1");
    SignedStandardBase64Input = cause("signed-standard-base64-input",
        "the signed text was standard base64, converted to base64url after signing",
        "encode as base64url before signing")
        .section("RFC 7515, section 5.1");
    SignedWithNewline = cause("signed-with-newline",
        "a trailing newline was signed with the token",
        "use printf or echo -n instead of echo, or trim the file before signing")
        .section("RFC 7515, section 5.1");
    SignedQuotedInput = cause("signed-quoted-input",
        "the signed text was in quotes: a JSON string instead of the Signing Input",
        "sign the text itself, not JSON.stringify or json.dumps of it")
        .section("RFC 7515, section 5.1");
    SignedUtf16Input = cause("signed-utf16-input",
        "the signed text was in UTF-16; the Signing Input is ASCII",
        "use Encoding.UTF8 (.NET) or StandardCharsets.UTF_8 (Java), not UTF-16")
        .section("RFC 7515, section 5.1");
    NotHashed = cause("not-hashed",
        "the input was not hashed: its first bytes were signed as the hash",
        "hash the input first; otherwise the payload is not signed")
        .section("RFC 7518, section 3.4");
    HashedTwice = cause("hashed-twice",
        "the input was hashed twice: by the caller and by the signing function",
        "hash once: pass the message itself (in AWS KMS: MessageType RAW)")
        .section("RFC 7518, section 3.4");
    HashedAsText = cause("hashed-as-text",
        "the hash was signed as hex or base64 text instead of as bytes",
        "sign the bytes of the hash: digest() instead of hexdigest()")
        .section("RFC 7518, section 3.4");
    OtherHash = cause("other-hash",
        "the signer used a different hash than ES256, which requires SHA-256",
        "use SHA-256: SHA256withECDSA, createSign(\"SHA256\"), ECDSA_SHA_256 (KMS)")
        .section("RFC 7518, section 3.4");
    DigestInfoMissing = cause("digest-info-missing",
        "the hash was signed without its DigestInfo",
        "sign with RSASSA-PKCS1-v1_5 and the name of the hash, not with raw RSA")
        .section("RFC 8017, section 9.2");
    MacTruncated = cause("mac-truncated",
        "the signer sent only half of the MAC, as JWE does; JWS uses all of it",
        "send every byte of the HMAC, without truncating it")
        .section("RFC 7518, section 3.2");
    PssSaltLength = cause("pss-salt-length",
        "the PSS salt is not as long as the hash",
        "sign with a salt as long as the hash: saltLength RSA_PSS_SALTLEN_DIGEST")
        .section("RFC 7518, section 3.5");
    AlgKeyMismatch = cause("alg-key-mismatch",
        "\"alg\" does not match the key",
        "use a key that matches \"alg\", or set \"alg\" to match the signing key")
        .section("RFC 7518, section 3.1")
        .silences(&[Code::SignatureOfOtherAlgorithm]);
    AlgMisspelled = cause("alg-misspelled",
        "\"alg\" must be exactly \"ES256\": it is case-sensitive",
        "write \"ES256\" in capitals and without spaces")
        .section("RFC 7515, section 4.1.1");
    PayloadReserialized = cause("payload-reserialized",
        "the payload was re-serialized after signing",
        "forward the token unchanged; do not decode and re-encode it")
        .section("RFC 7515, section 5.2");
    HeaderReserialized = cause("header-reserialized",
        "the header was re-serialized after signing",
        "sign exactly the bytes you send, and forward the token unchanged")
        .section("RFC 7515, section 5.2");
    HeaderChanged = cause("header-changed",
        "the header was modified after signing",
        "set kid, typ and alg before signing, and do not change them afterwards")
        .section("RFC 7515, section 5.2");

    NonceHashed = cause("nonce-hashed",
        "the signature covers the SHA-256 hash of \"nonce\", as in Microsoft Graph tokens",
        "request a token for your own API: this one is only for Microsoft Graph")
        .section("RFC 7515, section 5.2");

    // Which key.
    SignedByOtherKey = cause("signed-by-other-key",
        "the token is intact, but another key signed it",
        "get the issuer's current key, or a token from the right service")
        .section("RFC 7517, section 4.5");
    SignedByEmbeddedKey = cause("signed-by-embedded-key",
        "the token was signed with the key in its own header, which anyone can do",
        "reject it; pass the issuer's key from a trusted source with -k")
        .section("RFC 8725, section 3.10")
        .silences(&[Code::KeyInHeader]);
    ChainToGivenKey = cause("chain-to-given-key",
        "the certificate in the header was issued by a key passed with -k",
        "in a server, verify this chain up to its root, and check the subject")
        .section("RFC 5280, section 6.1");
    KeyCoordinatesSwapped = cause("key-coordinates-swapped",
        "\"x\" and \"y\" are swapped in the key file",
        "swap \"x\" and \"y\" in the file, and fix the tool that wrote it")
        .section("RFC 7518, section 6.2.1");
    KeyCoordinatesReversed = cause("key-coordinates-reversed",
        "\"x\" and \"y\" are little-endian in the key file; JWKs use big-endian",
        "write \"x\" and \"y\" in big-endian order")
        .section("RFC 7518, section 6.2.1");
    KeyCoordinatesPadded = cause("key-coordinates-padded",
        "\"x\" or \"y\" in the key file is not base64url of 32 bytes",
        "write \"x\" and \"y\" as base64url of exactly 32 bytes, without \"=\"")
        .section("RFC 7518, section 6.2.1");
    KeyNotForVerification = cause("key-not-for-verification",
        "the key verifies the signature, but the key file does not allow that",
        "use the issuer's signature key, or correct \"use\", \"key_ops\" and \"alg\"")
        .section("RFC 7517, section 4.2");
    SignerIsKid = cause("signer-is-kid",
        "the token names the key that signed it, which was not given",
        "trust this key only if the issuer publishes it: anyone can create one")
        .section("RFC 7638, section 1");
    KeyYNegated = cause("key-y-negated",
        "the key has the wrong \"y\": the other point with the same \"x\"",
        "decompress the point again: 02 means an even \"y\", 03 an odd one")
        .section("RFC 7518, section 6.2.1");
    SignerKeyNegative = cause("signer-key-negative",
        "the signer read its private key as a negative number",
        "read the private key as unsigned: new BigInteger(1, bytes) in Java")
        .section("RFC 7518, section 6.2.2");
    SignerKeyIsY = cause("signer-key-is-y",
        "the signer used \"y\" of the public key as its private key",
        "sign with \"d\"; anyone can make such signatures, since \"y\" is public")
        .section("RFC 7518, section 6.2.2");
    KeyTooSmall = cause("key-too-small",
        "the RSA key is too small to be used: it must have at least 2048 bits",
        "have the issuer create a key of 2048 bits or more")
        .section("RFC 7518, section 3.3");
    SecretWithNewline = cause("secret-with-newline",
        "the secrets differ by a trailing newline",
        "write the secret without a newline on both sides: printf, or echo -n")
        .section("RFC 7518, section 3.2");
    SecretBase64 = cause("secret-base64",
        "the signer and this command disagree on whether the secret is base64",
        "use --secret-encoding base64")
        .section("RFC 7518, section 3.2");
    SecretBase64url = cause("secret-base64url",
        "the signer and this command disagree on whether the secret is base64url",
        "use --secret-encoding base64url")
        .section("RFC 7518, section 3.2");
    SecretHex = cause("secret-hex",
        "the signer and this command disagree on whether the secret is hex",
        "use --secret-encoding hex")
        .section("RFC 7518, section 3.2");
    SecretQuoted = cause("secret-quoted",
        "the secrets differ by surrounding quotes",
        "remove the quotes, for example from a .env file or a docker --env-file")
        .section("RFC 7518, section 3.2");
    SecretUtf16 = cause("secret-utf16",
        "the signer used the secret's UTF-16 bytes",
        "use UTF-8 on both sides: Encoding.UTF8, not Encoding.Unicode")
        .section("RFC 7518, section 3.2");
    SecretHashed = cause("secret-hashed",
        "the signer used a hash of the secret as the HMAC key",
        "use the secret itself on both sides, or its hash on both")
        .section("RFC 7518, section 3.2");
    HmacWithPublicKey = cause("hmac-with-public-key",
        "algorithm confusion attack: public data was used as the HMAC secret",
        "reject it, and pin the algorithm in servers: never take it from \"alg\"")
        .section("RFC 8725, section 2.1");
    EmptySecret = cause("empty-secret",
        "the signer used an empty secret, so anyone can make such tokens",
        "set the secret of the signer, and reject its tokens until then")
        .section("RFC 7518, section 3.2");
    SignatureGood = cause("signature-good",
        "the token is rejected because of its header alone",
        "have the issuer fix the header as the first line of the report says")
        .section("RFC 7515, section 5.2");

    // No key verifies the signature.
    UnknownKid = note("unknown-kid",
        "\"kid\" in the header matches none of the given keys")
        .hint("get the issuer's current keys, or a token from the right service")
        .section("RFC 7515, section 4.1.4")
        .without_evidence();
    NoKeyMatches = cause("no-key-matches",
        "another key signed the token, or it was modified or corrupted after signing",
        "compare the token with the original; try older keys with --try-key")
        .fallback();
    PayloadCorrupted = cause("payload-corrupted",
        "the payload was corrupted after signing",
        "fetch the token again and copy all of it")
        .section("RFC 7515, section 5.2")
        .fallback();
    KeyIsCaCertificate = cause("key-is-ca-certificate",
        "the key is from a CA certificate; CA keys sign certificates, not tokens",
        "get the issuer's JWK Set, or the signer's own certificate")
        .section("RFC 5280, section 4.2.1.9");
    SignerCandidates = note("signer-candidates",
        "if the token is intact, it was signed with one of these keys")
        .hint("pass a second token from the same signer to narrow it down to one key")
        .section("RFC 7638, section 3")
        .fallback();
    SameSigner = cause("same-signer",
        "several rejected tokens of this run were signed with the same unknown key",
        "if the issuer publishes the same key, pass it with -k")
        .silences(UNEXPLAINED);

    // What the text is, if it is not a signed token.
    Unsecured = cause("unsecured",
        "anyone can create such a token, with any claims",
        "reject it; the issuer must sign its tokens")
        .section("RFC 7518, section 3.6")
        .without_evidence()
        .silences(UNEXPLAINED);
    Jwe = cause("jwe",
        "only the recipient can read an encrypted token",
        "decrypt it with the recipient's key; a signed JWT may be inside")
        .section("RFC 7516, section 3")
        .silences(&[Code::Truncated, Code::TwoTokens, Code::NoKeyMatches, Code::PayloadCorrupted]);
    NoToken = cause("no-token",
        "the previous step produced no token",
        "check the previous step: a request failed, or a variable is not set")
        .without_evidence();
    OpaqueToken = cause("opaque-token",
        "this looks like an opaque token, which only the issuer can validate",
        "use the issuer's introspection or userinfo endpoint, or request a JWT")
        .silences(UNEXPLAINED);
    Ellipsis = cause("ellipsis",
        "the token was abbreviated for display",
        "copy the full token from its source, not from a log or web page")
        .silences(&[Code::Truncated, Code::NoKeyMatches, Code::PayloadCorrupted, Code::SignerCandidates]);
    DetachedPayload = cause("detached-payload",
        "the payload is detached: it is sent separately, for example as the HTTP body",
        "put base64url(body) between the dots, then verify")
        .section("RFC 7515, appendix F")
        .silences(UNEXPLAINED);
    SignatureZero = cause("signature-zero",
        "the signature is all zeros: a placeholder, or CVE-2022-21449 (Java 15 to 18)",
        "find out who sent it")
        .without_evidence()
        .silences(&[
            Code::Truncated,
            Code::NoKeyMatches,
            Code::PayloadCorrupted,
            Code::SignerCandidates,
            Code::SignatureOfOtherAlgorithm,
        ]);
    SignatureRemoved = cause("signature-removed",
        "the signature was removed, or the token was truncated before it",
        "get the original token; a proxy or log may have removed the signature")
        .section("RFC 7515, section 5.2")
        .without_evidence()
        .silences(&[
            Code::NoKeyMatches,
            Code::PayloadCorrupted,
            Code::SignerCandidates,
            Code::SurroundedToken,
        ]);
    SignatureOfOtherAlgorithm = cause("signature-of-other-algorithm",
        "the signature has the length of a different algorithm",
        "sign with the algorithm that \"alg\" names, and with a key for it")
        .silences(UNEXPLAINED);
    NestedJwt = cause("nested-jwt",
        "the payload is itself a JWT (nested JWT)",
        "verify the outer token, then its payload as a token of its own")
        .section("RFC 7519, section 5.2");
    DeflatedPayload = cause("deflated-payload",
        "the payload is compressed, which a JWT must not be",
        "verify first, then inflate: the compressed bytes are what was signed");
    TokenOfAnotherKind = cause("token-of-another-kind",
        "this looks like a Transcodes API token, not a member's access token",
        "use a member's access token, whose \"aud\" is \"transcodes-sdk\"");

    // Times and claims.
    TimeInMilliseconds = cause("time-in-milliseconds",
        "times are in milliseconds; expected seconds",
        "divide by 1000 when issuing: Math.floor(Date.now() / 1000)")
        .section("RFC 7519, section 2");
    TimeTooLarge = cause("time-too-large",
        "times are too large; expected seconds since 1970",
        "have the issuer write seconds since 1970")
        .section("RFC 7519, section 2");
    ExpAsLifetime = cause("exp-as-lifetime",
        "\"exp\" looks like a lifetime; it must be the time of expiry",
        "add the lifetime to the current time, in seconds since 1970")
        .section("RFC 7519, section 4.1.4");
    TimeAsText = cause("time-as-text",
        "a time is a string; it must be a number",
        "have the issuer write seconds since 1970 as a number, without quotes")
        .section("RFC 7519, section 2");
    ClockSkew = cause("clock-skew",
        "the token is slightly outside its validity period; clocks may differ",
        "synchronize the clocks with NTP")
        .without_evidence();
    IssuerClock = cause("issuer-clock",
        "the issuer's clock may be wrong",
        "synchronize the issuer's clock with NTP");
    LocalClock = cause("local-clock",
        "the clock of this machine is earlier than this release of jwtlens",
        "synchronize the clock of this machine with NTP");
    ExpiresBeforeIssued = cause("expires-before-issued",
        "the token expired before it was issued",
        "check how the issuer computes \"exp\"");
    ShortLifetime = cause("short-lifetime",
        "the token is valid for less than a minute",
        "check whether the issuer confuses seconds with minutes or milliseconds");
    AudienceAlmost = cause("audience-almost",
        "\"aud\" almost matches the expected audience",
        "use exactly the same text: case, http or https, and a final \"/\" count")
        .section("RFC 7519, section 4.1.3");
    IssuerAlmost = cause("issuer-almost",
        "\"iss\" almost matches the expected issuer",
        "use exactly the same text: case, http or https, and a final \"/\" count")
        .section("RFC 7519, section 4.1.1");

    // What is worth knowing of any token.
    InputTrimmed = note("input-trimmed",
        "text around the token was removed")
        .in_row();
    InputUnescaped = note("input-unescaped",
        "escapes in the token were decoded");
    KidDiffers = note("kid-differs",
        "\"kid\" in the header is not the ID of the key that verified the signature")
        .hint("use one ID for the key, at the issuer and in your key file")
        .section("RFC 7515, section 4.1.4")
        .without_evidence();
    AlgAlias = note("alg-alias",
        "the token and the key name the same algorithm differently")
        .section("RFC 9864, section 2.2");
    WeakSecret = note("weak-secret",
        "the secret is shorter than the hash")
        .hint("replace it with a longer random secret")
        .section("RFC 7518, section 3.2");
    KeyNotCanonical = note("key-not-canonical",
        "other programs may reject the key file")
        .hint("export the key again with another tool");
    CertificateExpired = note("certificate-expired",
        "the key's certificate has expired; this does not change the verdict")
        .hint("get the issuer's current certificate: other programs reject this one")
        .section("RFC 5280, section 4.1.2.5")
        .without_evidence();
    SecretTrimmed = note("secret-trimmed",
        "the token verifies with the newline removed from the secret")
        .hint("use printf or echo -n: other programs may keep the newline")
        .without_evidence();
    KeyBinding = note("key-binding",
        "a Key Binding JWT follows the disclosures")
        .hint("to decode it, pass the part after the last \"~\"")
        .section("RFC 9901, section 4.3")
        .without_evidence();
    KeyInHeader = note("key-in-header",
        "the header contains a key or the URL of one, which was ignored")
        .section("RFC 8725, section 3.10")
        .without_evidence();
    LeewayApplied = note("leeway-applied",
        "the token is in its validity period only because of the leeway")
        .in_row();
    ExpiresWithin = note("expires-within",
        "the token counts as expired because it expires soon")
        .in_row();
    NeverExpires = note("never-expires",
        "the token never expires")
        .hint("use --require exp to reject such tokens, or --max-age to limit their age")
        .section("RFC 7519, section 4.1.4")
        .in_row();
    IssuedInFuture = note("issued-in-future",
        "the token was issued in the future")
        .hint("check the clocks of the issuer and of this machine")
        .section("RFC 7519, section 4.1.6")
        .without_evidence();
    AudienceUnchecked = note("audience-unchecked",
        "the audience was not checked")
        .hint("use --aud to reject tokens for other audiences")
        .section("RFC 7519, section 4.1.3")
        .in_row();
    TypeNotAString = note("type-not-a-string",
        "\"typ\" and \"cty\" must be strings")
        .section("RFC 7515, section 4.1.9")
        .without_evidence();
}

/// A finding that may explain why a token is rejected.
fn cause(name: &'static str, summary: &'static str, hint: &'static str) -> CodeRow {
    CodeRow {
        explains: true,
        ..note(name, summary).hint(hint)
    }
}

/// A finding that explains no rejection.
fn note(name: &'static str, summary: &'static str) -> CodeRow {
    CodeRow {
        name,
        section: None,
        summary,
        hint: None,
        explains: false,
        place: ReportPlace::Section,
        silences: &[],
    }
}

impl CodeRow {
    fn section(self, section: &'static str) -> Self {
        Self {
            section: Some(section),
            ..self
        }
    }

    fn hint(self, hint: &'static str) -> Self {
        Self {
            hint: Some(hint),
            ..self
        }
    }

    fn in_row(self) -> Self {
        Self {
            place: ReportPlace::Row,
            ..self
        }
    }

    fn fallback(self) -> Self {
        Self {
            place: ReportPlace::Fallback,
            ..self
        }
    }

    fn without_evidence(self) -> Self {
        Self {
            place: ReportPlace::SectionWithoutEvidence,
            ..self
        }
    }

    /// Those that say less, or cannot be true if this one is.
    fn silences(self, silences: &'static [Code]) -> Self {
        Self { silences, ..self }
    }
}

impl Code {
    /// Its name: kebab-case and stable.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The section of the RFC that says how it should be.
    #[must_use]
    pub fn section(self) -> Option<&'static str> {
        self.row().section
    }

    /// What is wrong, unless a finding says it more exactly.
    #[must_use]
    pub fn summary(self) -> &'static str {
        self.row().summary
    }

    /// What to do, unless a finding says it more exactly.
    #[must_use]
    pub fn hint(self) -> Option<&'static str> {
        self.row().hint
    }

    /// Whether it may be why a token is rejected.
    #[must_use]
    pub fn explains(self) -> bool {
        self.row().explains
    }

    /// The findings that are not reported with it, unless they are proven: they say less, or cannot be
    /// true if it is.
    #[must_use]
    pub fn silences(self) -> &'static [Self] {
        self.row().silences
    }

    /// Whether it says all there is to say of a given key that cannot be used.
    #[must_use]
    pub fn is_about_key(self) -> bool {
        matches!(
            self,
            Self::KeyCoordinatesSwapped | Self::KeyCoordinatesReversed | Self::KeyCoordinatesPadded
        )
    }

    /// Whether the report for people has it in the headline or in the row of a claim.
    #[must_use]
    pub fn is_in_row(self) -> bool {
        self.row().place == ReportPlace::Row
    }

    /// Whether the report for people has it only if no other cause is found.
    #[must_use]
    pub fn is_fallback(self) -> bool {
        self.row().place == ReportPlace::Fallback
    }

    /// Whether the report for people omits its evidence, which other rows or the summary say.
    #[must_use]
    pub fn omits_evidence(self) -> bool {
        self.row().place == ReportPlace::SectionWithoutEvidence
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        let names: HashSet<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for name in names {
            let is_word = |word: &str| {
                !word.is_empty()
                    && word
                        .bytes()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
            };
            assert!(name.split('-').all(is_word), "{name}");
        }
    }

    /// At 80 columns.
    #[test]
    fn sentences_and_hints_fit_a_line() {
        for code in Code::ALL {
            let name = code.name();
            assert!(code.summary().len() <= 78, "{name}: {}", code.summary());
            let hint = code.hint().unwrap_or_default();
            assert!(hint.len() <= 72, "{name}: {hint}");
            assert!(
                !code.summary().ends_with('.') && !hint.ends_with('.'),
                "{name}"
            );
        }
    }

    /// Neither of the two would be reported.
    #[test]
    fn no_two_findings_silence_each_other() {
        for code in Code::ALL {
            for silenced in code.silences() {
                assert!(!silenced.silences().contains(code), "{}", code.name());
            }
        }
    }
}
