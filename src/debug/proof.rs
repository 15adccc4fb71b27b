//! A proof: the changes that make a signature verify, replayed. There is one way to make one, and
//! everything that is called proven rests on it.

use std::fmt;
use std::sync::Arc;

use super::alteration;
use super::budget;
use super::cause::Cause;
use super::change::{self, Change, Stage};
use super::contradiction::{self, Explanation};
use super::evident::alg::{alg_is_told, is_other_algorithm, row};
use super::hmac_confusion::Secret;
use super::reading::header_encoding::{self, HeaderEncoding};
use super::replay::{self, Replayed};
use super::signer::chain;
use super::signer::named_keys::{Name, NamedKeys};
use super::signer::{self, Suspect};
use crate::algorithm::{Algorithm, KeyType, Material, Message, Signed, expected_mac};
use crate::key::set::KeySet;
use crate::key::{Certificate, KeyId, SecretEncoding, thumbprint};
use crate::text::base64url;
use crate::text::json::Object;
use crate::token::Token;
use crate::token::header::JoseHeader;
use crate::token::segment::Segment;
use crate::verify::Verifier;
use crate::verify::code::Code;
use crate::verify::policy::Policy;
use crate::verify::report::{ChangeReport, ProofReport, Reason, Recovered};
use crate::verify::verdict::SignatureStatus;

/// What a signature verifies with once it is changed.
#[derive(Clone, Copy)]
pub enum Signer<'s> {
    Suspect(&'s Suspect),
    /// A key that is not on P-256, or a secret.
    Key(&'s Suspect<Material>),
    Secret(&'s Secret),
}

/// Every change that makes the signature of a token verify, in the order in which they are made.
///
/// A proof exists only if they were: made one by one to the token as it came in, each as it is named
/// and none besides, they lead to a key, an input and a signature that verify. If the result is itself
/// a JWS, it passes [`Verifier::verify`], or its changes name what keeps it from that.
#[derive(Clone)]
pub struct Proof {
    changes: Vec<Change>,
    algorithm: &'static str,
    key: Option<(Arc<KeyId>, Option<Object>)>,
    /// How the text of a secret was read; none of a JWK.
    encoding: Option<SecretEncoding>,
    token: Option<String>,
    /// Those of the header, if the key is that of the first.
    certificates: Vec<Certificate>,
    /// The given key that issued them.
    anchor: Option<Arc<KeyId>>,
}

impl Proof {
    /// Replays these changes to a token, and asks whether the signature verifies then.
    pub(super) fn of(token: &[u8], mut changes: Vec<Change>, signer: Signer) -> Option<Self> {
        changes.extend_from_slice(signer.changes());
        let replayed = Replayed::new(token, changes, signer.half()?)?;
        match signer {
            Signer::Suspect(suspect) => Self::on_p256(replayed, suspect),
            Signer::Key(suspect) => Self::of_key(replayed, suspect),
            Signer::Secret(secret) => {
                let is_mac =
                    replayed.is_jws() && secret.verifies(&replayed.input, &replayed.signature);
                is_mac.then_some(Self {
                    changes: replayed.changes,
                    ..Self::with(secret.algorithm())
                })
            }
        }
    }

    /// The proof that a key on P-256 signed it.
    fn on_p256(mut replayed: Replayed, suspect: &Suspect) -> Option<Self> {
        let algorithm = Algorithm::named("ES256")?;
        let of_hash = replayed.of(Stage::Hash);
        let prehash = replay::prehash(&replayed.input, of_hash)?;
        let key = Material::P256(*suspect.key());
        let signed = Signed::Prehash(&prehash);
        if !algorithm.verify(&key, signed, &replayed.signature)
            || !suspect.is_at_hand(replayed.parameters.as_ref())
            || !is_named(suspect, &replayed.changes, &names(&replayed))
        {
            return None;
        }
        if let Some(simpler) = simpler(&replayed, &replayed.signature) {
            return Self::of(replayed.token, simpler, Signer::Suspect(suspect));
        }
        let explanation = Explanation::new(replayed.token, &replayed.segments, &replayed.changes);
        if explanation.is_contradicted(&replayed.signature)
            || !(replayed.is_jws() || alg_is_told(replayed.alg(), of_hash))
        {
            return None;
        }
        let token = verified_jws(&mut replayed, key)?;
        Some(Self {
            key: Some((Arc::clone(suspect.id()), Some(signer::jwk(suspect.key())))),
            token,
            ..Self::replayed(replayed, algorithm.name)
        })
    }

    /// The proof that a key that is not on P-256 signed it, or that the signature is a MAC with a secret.
    fn of_key(mut replayed: Replayed, suspect: &Suspect<Material>) -> Option<Self> {
        let key = suspect.changed_key()?;
        let of_hash = replayed.of(Stage::Hash);
        // Of a header that cannot be read, that is all that is told.
        let meant = match &replayed.parameters {
            None if replayed.is_jws() => header_as_meant(replayed.header()),
            None | Some(_) => None,
        };
        let meant = meant.as_ref().and_then(|(_, header)| header.alg.as_deref());
        let algorithm = row(replayed.alg().or(meant), of_hash, key.key_type())?;
        let (message, parameter) = replay::message(&replayed.input, of_hash, algorithm, &key)?;
        let is_other = of_hash.iter().any(is_other_algorithm);
        if !algorithm.verify_with(parameter, &key, &message, &replayed.signature)
            || !suspect.is_for(algorithm, is_other)
            || !suspect.comes_with(replayed.parameters.as_ref(), &names(&replayed))
            || !is_named_in_signed(suspect.changes(), &replayed.changes)
        {
            return None;
        }
        let mac = match &message {
            Message::Text(text) => expected_mac(algorithm.name, &key, text),
            Message::Prehash(_) => None,
        };
        let whole = mac.as_ref().map_or(&*replayed.signature, |mac| mac);
        if let Some(simpler) = simpler(&replayed, whole) {
            return Self::of(replayed.token, simpler, Signer::Key(suspect));
        }
        let explanation = Explanation::new(replayed.token, &replayed.segments, &replayed.changes);
        if explanation.is_contradicted(whole) {
            return None;
        }
        let jwk = signer::jwk_of(&key);
        let token = verified_jws(&mut replayed, key)?;
        Some(Self {
            key: Some((Arc::clone(suspect.id()), jwk)),
            encoding: suspect.encoding(),
            token,
            ..Self::replayed(replayed, algorithm.name)
        })
    }

    fn replayed(replayed: Replayed, algorithm: &'static str) -> Self {
        Self {
            certificates: certificates(&replayed.changes, replayed.parameters.as_ref()),
            changes: replayed.changes,
            ..Self::with(algorithm)
        }
    }

    fn with(algorithm: &'static str) -> Self {
        Self {
            changes: Vec::new(),
            algorithm,
            key: None,
            encoding: None,
            token: None,
            certificates: Vec::new(),
            anchor: None,
        }
    }

    /// The codes of its changes, each once, in the order in which they are made.
    #[must_use]
    pub fn codes(&self) -> Vec<Code> {
        let mut codes: Vec<Code> = Vec::new();
        for cause in change::causes(&self.changes) {
            if !codes.contains(&cause.code()) {
                codes.push(cause.code());
            }
        }
        codes
    }

    /// The algorithm that the signature is of.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        self.algorithm
    }

    /// How the text of the secret was read; none of a JWK.
    pub(super) fn encoding(&self) -> Option<SecretEncoding> {
        self.encoding
    }

    /// The key that it verifies with; none if it is a MAC.
    #[must_use]
    pub fn key(&self) -> Option<&KeyId> {
        self.key.as_ref().map(|(id, _)| &**id)
    }

    /// The key as a JWK; none of a secret.
    #[must_use]
    pub fn jwk(&self) -> Option<&Object> {
        self.key.as_ref().and_then(|(_, jwk)| jwk.as_ref())
    }

    /// The key that the signature leads to; none if it is a secret's.
    pub(super) fn recovered(&self) -> Option<Recovered> {
        let jwk = self.jwk()?.clone();
        let thumbprint = thumbprint::of_jwk(&jwk)?;
        Some(Recovered { thumbprint, jwk })
    }

    /// The changes with all that is needed to make them again, and what they lead to.
    pub(super) fn report(&self) -> ProofReport {
        let of_change = |change: &Change| ChangeReport {
            code: change.cause().map(Cause::code),
            phrase: change.cause().map(Cause::repair),
            repair: Some(change.repair()),
            details: Object::of(change),
        };
        ProofReport {
            changes: self.changes.iter().map(of_change).collect(),
            algorithm: self.algorithm,
            key: self.key.as_ref().map(|(id, _)| Arc::clone(id)),
            jwk: self.jwk().cloned(),
            certificates: self.certificates.clone(),
            anchor: self.anchor.clone(),
        }
    }

    /// Whether some of a MAC is said to be missing, which any text that begins like it may be.
    pub(super) fn is_of_cut_mac(&self) -> bool {
        let is_cut = |cause: Cause| matches!(cause, Cause::MacCut | Cause::MacTruncated);
        change::causes(&self.changes).into_iter().any(is_cut)
    }

    pub(super) fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The certificates of the header, if the first has the key; they are not checked.
    pub(super) fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Names the given key in which the chain of the certificates ends.
    pub(super) fn end_in(&mut self, anchor: Arc<KeyId>) {
        let certificates = self.certificates.len();
        let is_of_key = |change: &Change| change.stage() <= Stage::Key;
        let at = self.changes.partition_point(is_of_key);
        self.changes
            .insert(at, Change::FollowCertificates { certificates });
        self.anchor = Some(anchor);
    }

    /// The given key that issued the certificates.
    pub(super) fn anchor(&self) -> Option<&KeyId> {
        self.anchor.as_deref()
    }

    /// The token after all changes, if it passes verification then.
    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}

impl<'s> Signer<'s> {
    fn changes(self) -> &'s [Change] {
        match self {
            Self::Suspect(suspect) => suspect.changes(),
            Self::Key(suspect) => suspect.changes(),
            Self::Secret(secret) => secret.changes(),
        }
    }

    /// What it costs to hash a long secret for a proof: the primitive is asked, `verify` is, and the MAC is written.
    pub(super) fn cost(self) -> u64 {
        const TIMES: u64 = 4;
        match self {
            Self::Key(suspect) if suspect.key().key_type() == KeyType::Oct => {
                budget::of_verification(suspect.key(), 0).saturating_mul(TIMES)
            }
            Self::Suspect(_) | Self::Key(_) | Self::Secret(_) => 0,
        }
    }

    /// How many bytes R and S have, or would have.
    fn half(self) -> Option<usize> {
        match self {
            Self::Suspect(_) | Self::Secret(_) => Some(replay::HALF),
            Self::Key(suspect) => {
                let row = Algorithm::of(suspect.key().key_type()).next()?;
                Some(row.signature_octets(suspect.key()) / 2)
            }
        }
    }
}

/// The token, if it is a JWS that passes [`Verifier::verify`] with this key alone. If not, what keeps it from that stands
/// in the header, whatever the key, and becomes a change; none if it is something else.
#[allow(
    clippy::option_option,
    reason = "no proof is not a proof without a JWS"
)]
fn verified_jws(replayed: &mut Replayed, key: Material) -> Option<Option<String>> {
    if !replayed.is_jws() {
        return Some(None);
    }
    let jws = replayed.jws(&replayed.signature);
    match judged(key, &jws) {
        (SignatureStatus::Verified, _) => Some(Some(jws)),
        (_, Some(Reason::UnknownCritical | Reason::Malformed)) => {
            let ignored = ignored_header(replayed.header());
            replayed.changes.push(ignored);
            Some(None)
        }
        (_, _) => None,
    }
}

/// The keys that the header and the payload name.
fn names(replayed: &Replayed) -> Vec<Name> {
    NamedKeys::read(replayed.parameters.as_ref(), &replayed.claims()).thumbprints()
}

/// The changes without those for which one altered character of the token stands as well, if they have several causes.
/// `whole` is the whole signature.
fn simpler(replayed: &Replayed, whole: &[u8]) -> Option<Vec<Change>> {
    let Replayed { token, changes, .. } = replayed;
    let repaired = replayed.jws(whole);
    let is_of_token = |change: &Change| {
        change.stage() <= Stage::Content || matches!(change, Change::TruncateMac { .. })
    };
    let (of_token, others): (Vec<Change>, Vec<Change>) =
        changes.iter().cloned().partition(is_of_token);
    if change::causes(&of_token).len() < 2 {
        return None;
    }
    let text = str::from_utf8(token).ok()?;
    let (cause, edit) =
        alteration::between(text, &repaired).or_else(|| alteration::of_escape(text, &repaired))?;
    let number = token.get(..edit.at)?.iter().filter(|byte| **byte == b'.');
    let segment = token.split(|byte| *byte == b'.').nth(number.count())?;
    if contradiction::is_of_alphabet(segment, &edit.removed, &edit.inserted) {
        return None;
    }
    let of_key = |change: &Change| change.stage() == Stage::Key;
    let others = others.into_iter().filter(|change| !of_key(change));
    Some(
        std::iter::once(Change::EditText { cause, edit })
            .chain(others)
            .collect(),
    )
}

/// The certificates of the header, if the key is that of the first one.
fn certificates(changes: &[Change], header: Option<&JoseHeader>) -> Vec<Certificate> {
    let is_certified = changes.contains(&Change::UseEmbeddedKey { member: "x5c" });
    let header = header.filter(|_| is_certified);
    header.map(chain::certificates).unwrap_or_default()
}

/// What the header of a JWS with a good signature keeps it from being verified by.
fn ignored_header(header: &str) -> Change {
    match header_as_meant(header) {
        Some((HeaderEncoding::Utf16, _)) => Change::IgnoreUtf16,
        Some((HeaderEncoding::Marked, _)) | None => Change::IgnoreHeader,
    }
}

/// A header that cannot be read for how it is encoded.
fn header_as_meant(header: &str) -> Option<(HeaderEncoding, JoseHeader)> {
    header_encoding::read(&base64url::decode(header).ok()?)
}

/// How the signature of a JWS stands under the key alone.
fn judged(key: Material, jws: &str) -> (SignatureStatus, Option<Reason>) {
    let keys = KeySet::of_material(key);
    let verifier = Verifier::new(keys, Policy::default()).without_findings();
    let signature = verifier.verify(&Token::from(jws), 0).signature;
    (signature.status, signature.reason)
}

/// Whether the token names a key where it is said to, in what was signed. What is not signed may be
/// chosen after the signature.
fn is_named(suspect: &Suspect, changes: &[Change], names: &[Name]) -> bool {
    let mut places = suspect.changes().iter().filter_map(|change| match change {
        Change::UseNamedKey { place } => Some(*place),
        _ => None,
    });
    places.all(|place| {
        let thumbprint = suspect.id().thumbprint.as_deref();
        let mut names = names.iter();
        names.any(|name| name.is_of(place, thumbprint, suspect.changes()))
    }) && is_named_in_signed(suspect.changes(), changes)
}

/// Whether the place at which a key is named, or stands, was signed. If not, the key may have been made of
/// the signature.
fn is_named_in_signed(of_key: &[Change], changes: &[Change]) -> bool {
    let mut places = of_key.iter().filter_map(|change| match change {
        Change::UseNamedKey { place } => Some(*place),
        Change::UseEmbeddedKey { member } => Some(*member),
        _ => None,
    });
    places.all(|place| {
        let is_in_header = matches!(place, "kid" | "jwk" | "x5c");
        !changes.iter().any(|change| match change {
            // Only the first bytes of the header count.
            Change::TakeAsHash => true,
            Change::TakePayload => is_in_header,
            Change::ReplaceHeader {
                cause: Cause::HeaderChanged,
                ..
            }
            | Change::EditSegment {
                segment: Segment::Header,
                ..
            } => place == "kid",
            Change::TakeHeader | Change::EditSegment { .. } => !is_in_header,
            _ => false,
        })
    })
}

/// Shows no signature: a `Debug` of a proof ends in logs.
impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proof")
            .field("codes", &self.codes())
            .field("algorithm", &self.algorithm)
            .field("key", &self.key())
            .finish_non_exhaustive()
    }
}
