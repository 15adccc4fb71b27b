//! Makes the changes that a proof names, strictly: each does what it says and nothing else, and gives
//! nothing if it can't be made. Searches look for changes in ways of their own; what they find counts
//! only as it is replayed here, from the token as it came in.

mod replayed;
mod secret_form;
mod signature;
mod signing_input;
mod token_text;

pub use replayed::Replayed;
pub use secret_form::SecretForm;
pub use signature::{HALF, after as signature_bytes, bytes as signature, resized};
pub use signing_input::{content, input, message, prehash};
pub use token_text::{
    SUBSTITUTE, Segments, compact, is_base64url, is_invisible, legible, segments, text, with_bytes,
};
