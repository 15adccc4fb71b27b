//! A token's segments, read as far as each can be.

use std::sync::Arc;

use crate::text::base64url;
use crate::text::buffer::Buffered;
use crate::token::claims::ClaimsSet;
use crate::token::compact::Jws;
use crate::token::header::JoseHeader;
use crate::token::malformed::{Malformed, TokenFault};

/// A token's segments, as far as each can be read.
#[derive(Default)]
pub struct Parts {
    pub header: Option<Arc<JoseHeader>>,
    pub claims: Option<ClaimsSet>,
    pub signature: Option<Buffered<Vec<u8>>>,
    /// Whether the payload is base64url, whatever is in it.
    pub payload_decodes: bool,
    /// The first fault, in the order of the segments.
    pub fault: Option<Malformed>,
}

/// The last header that was read, with its segment: tokens of one issuer usually share it.
pub type LastHeader<'t> = Option<(&'t str, Arc<JoseHeader>)>;

impl Parts {
    pub fn of<'t>(jws: &Jws<'t>, last_header: &mut LastHeader<'t>) -> Self {
        let mut parts = Self::default();
        parts.read_header(jws.header, || jws.header_octets(), last_header);
        match jws.payload_octets() {
            Ok(octets) => {
                parts.payload_decodes = true;
                match ClaimsSet::parse(octets) {
                    Ok(claims) => {
                        parts.note(claims.fault.as_deref().cloned());
                        parts.claims = Some(claims);
                    }
                    Err(fault) => parts.note(Some(fault)),
                }
            }
            Err(fault) => parts.note(Some(fault)),
        }
        match jws.signature_octets() {
            Ok(octets) => parts.signature = Some(octets.into()),
            Err(fault) => parts.note(Some(fault)),
        }
        parts
    }

    /// The segments of a token that has too few, which are shown and never checked.
    pub fn of_cut<'t>(token: &'t [u8], fault: Malformed, last: &mut LastHeader<'t>) -> Self {
        let is_cut = matches!(fault.fault, TokenFault::SegmentCount { found: 1 | 2, .. });
        let mut parts = Self {
            fault: Some(fault),
            ..Self::default()
        };
        let text = str::from_utf8(token).ok().filter(|_| is_cut);
        let mut segments = text.unwrap_or_default().split('.');
        let decoded = |segment: &str| base64url::decode(segment).ok();
        let header = segments.next().unwrap_or_default();
        let header = (
            header,
            decoded(header).and_then(|octets| JoseHeader::parse(&octets).ok()),
        );
        if let (segment, Some(header)) = header {
            let header = Arc::new(header);
            *last = Some((segment, Arc::clone(&header)));
            parts.header = Some(header);
        }
        let payload = segments.next().and_then(decoded);
        parts.claims = payload.and_then(|octets| ClaimsSet::parse(octets).ok());
        parts
    }

    pub fn read_header<'t>(
        &mut self,
        segment: &'t str,
        octets: impl FnOnce() -> Result<Vec<u8>, Malformed>,
        last: &mut LastHeader<'t>,
    ) {
        let header = match last {
            Some((text, header)) if *text == segment => Ok(Arc::clone(header)),
            _ => octets().and_then(|octets| JoseHeader::parse(&octets).map(Arc::new)),
        };
        match header {
            Ok(header) => {
                self.note(header.fault.clone());
                *last = Some((segment, Arc::clone(&header)));
                self.header = Some(header);
            }
            Err(fault) => self.note(Some(fault)),
        }
    }

    pub fn note(&mut self, fault: Option<Malformed>) {
        self.fault = self.fault.take().or(fault);
    }
}
