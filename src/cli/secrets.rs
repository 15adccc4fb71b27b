//! Shared secrets from files and environment variables. Nothing of a secret is in a message, and neither
//! is the name of a file or a variable that does not exist: it may be the secret itself, misplaced.

use anyhow::Result;
use jwtlens::{KeySource, SecretFault};
use zeroize::Zeroizing;

use super::Surroundings;
use super::args::{SecretEncodingName, Secrets};
use super::given_key::Given;
use super::keys;
use super::messages::Failure;

/// All secrets that were asked for, each a source of its own.
pub fn read(asked: &Secrets, surroundings: &Surroundings) -> Result<Vec<KeySource>> {
    if asked.encoding.is_some() && !asked.are_given() {
        return Err(
            Failure::usage("--secret-encoding was given without a secret")
                .hint("pass the secret with --secret-file or --secret-env")
                .into(),
        );
    }
    let mut sources = Vec::new();
    for file in &asked.files {
        let given = Given::new(file, "the value of --secret-file");
        let content = keys::read_content(file, &given.named_path()).map_err(|failure| {
            if !failure.hints.is_empty() {
                return failure;
            }
            failure.hint("pass a file name; for a secret in a variable, use --secret-env NAME")
        })?;
        sources.push(secret(&given.source(), &content, asked)?);
    }
    for name in &asked.variables {
        let Some(value) = (surroundings.variable)(name) else {
            return Err(
                Failure::new("the variable named by --secret-env is not set")
                    .hint("export the variable, and pass its name without $")
                    .into(),
            );
        };
        let value = Zeroizing::new(value.into_encoded_bytes());
        let source = format!("${}", name.to_string_lossy());
        sources.push(secret(&source, &value, asked)?);
    }
    Ok(sources)
}

fn secret(source: &str, text: &[u8], asked: &Secrets) -> Result<KeySource, Failure> {
    KeySource::secret(
        source,
        text,
        asked.encoding.unwrap_or(SecretEncodingName::Text).into(),
    )
    .map_err(|fault: SecretFault| Failure::new(format!("{source}: {fault}")).hint(fault.hint()))
}
