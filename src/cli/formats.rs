//! The output formats, with their text in the help.

use clap::ValueEnum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Human-readable report
    Text,
    /// One line per token: line, verdict, expiry, sub, kid, column and source (tab-separated)
    Line,
    /// One indented JSON object per token
    Json,
    /// One JSON object per line
    Jsonl,
    /// The claims of valid tokens, one JSON object per line
    Claims,
    /// The tokens themselves: the valid ones, or those selected with --only
    Token,
    /// Counts by verdict, cause, key ID, issuer and algorithm, as a table
    Summary,
    /// More counts, as one JSON object
    SummaryJson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DecodeFormat {
    /// Human-readable report
    Text,
    /// One line per token: line, verdict, expiry, sub, kid, column and source (tab-separated)
    Line,
    /// One indented JSON object per token
    Json,
    /// One JSON object per line
    Jsonl,
    /// Counts by verdict, cause, key ID, issuer and algorithm, as a table
    Summary,
    /// More counts, as one JSON object
    SummaryJson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyFormat {
    /// Human-readable report
    Text,
    /// One indented JSON object per source
    Json,
    /// The usable public keys as a JWK Set
    Jwk,
    /// The usable public keys as PEM (SPKI)
    Pem,
}

impl Format {
    /// Whether findings are among what is printed.
    pub fn shows_findings(self) -> bool {
        match self {
            Self::Text | Self::Json | Self::Jsonl | Self::Summary | Self::SummaryJson => true,
            Self::Line | Self::Claims | Self::Token => false,
        }
    }

    /// Whether it is about the run, not about each token.
    pub fn is_summary(self) -> bool {
        match self {
            Self::Summary | Self::SummaryJson => true,
            Self::Text | Self::Line | Self::Json | Self::Jsonl | Self::Claims | Self::Token => {
                false
            }
        }
    }
}

impl From<DecodeFormat> for Format {
    fn from(format: DecodeFormat) -> Self {
        match format {
            DecodeFormat::Text => Self::Text,
            DecodeFormat::Line => Self::Line,
            DecodeFormat::Json => Self::Json,
            DecodeFormat::Jsonl => Self::Jsonl,
            DecodeFormat::Summary => Self::Summary,
            DecodeFormat::SummaryJson => Self::SummaryJson,
        }
    }
}
