//! A token after all changes, as far as no key is asked about it.

use super::{Segments, content, input, segments, signature};
use crate::debug::change::{Change, Stage};
use crate::text::base64url;
use crate::token::header::JoseHeader;

pub struct Replayed<'t> {
    /// As it came in.
    pub token: &'t [u8],
    pub changes: Vec<Change>,
    pub segments: Segments,
    pub signature: Vec<u8>,
    /// Header and payload as they were signed.
    content: [String; 2],
    /// What is signed.
    pub input: Vec<u8>,
    /// None if they cannot be read.
    pub parameters: Option<JoseHeader>,
}

impl<'t> Replayed<'t> {
    /// Makes these changes, if they are in their order. `half` is how many bytes R and S have.
    pub fn new(token: &'t [u8], changes: Vec<Change>, half: usize) -> Option<Self> {
        if !changes.is_sorted_by_key(Change::stage) {
            return None;
        }
        let segments = segments(token, of(&changes, Stage::Text))?;
        let signature = signature(&segments.signature, of(&changes, Stage::Signature), half)?;
        let content = content(&segments, of(&changes, Stage::Content))?;
        let [header, payload] = &content;
        let input = input(
            [header, payload],
            &segments.written,
            of(&changes, Stage::Input),
        )?;
        let parameters = base64url::decode(header).ok();
        let parameters = parameters.and_then(|octets| JoseHeader::parse(&octets).ok());
        Some(Self {
            token,
            changes,
            segments,
            signature,
            content,
            input,
            parameters,
        })
    }

    /// The changes that are made to this.
    pub fn of(&self, stage: Stage) -> &[Change] {
        of(&self.changes, stage)
    }

    /// Whether what is signed is the Signing Input, and hashed as its algorithm says.
    pub fn is_jws(&self) -> bool {
        self.of(Stage::Input).is_empty() && self.of(Stage::Hash).is_empty()
    }

    /// The token with this signature.
    pub fn jws(&self, signature: &[u8]) -> String {
        let [header, payload] = &self.content;
        format!("{header}.{payload}.{}", base64url::encode(signature))
    }

    pub fn header(&self) -> &str {
        let [header, _] = &self.content;
        header
    }

    pub fn alg(&self) -> Option<&str> {
        self.parameters.as_ref()?.alg.as_deref()
    }

    /// The payload's bytes, or none if it cannot be decoded.
    pub fn claims(&self) -> Vec<u8> {
        let [_, payload] = &self.content;
        base64url::decode(payload).unwrap_or_default()
    }
}

/// Those of changes in their order that are made to this.
fn of(changes: &[Change], stage: Stage) -> &[Change] {
    let from = changes.partition_point(|change| change.stage() < stage);
    let to = changes.partition_point(|change| change.stage() <= stage);
    changes.get(from..to).unwrap_or_default()
}
