//! Buffers of decoded segments, used again for the next token. The tokens of a batch are held at once, and a memory
//! allocator keeps only few freed buffers at hand.

use std::cell::RefCell;
use std::ops::Deref;

/// The buffers that a thread keeps: two for each token of a batch.
const MAX_SPARE: usize = 512;

/// The capacity in bytes of the largest buffer that is kept.
const MAX_CAPACITY: usize = 2048;

thread_local! {
    static SPARE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// An empty buffer, with capacity if one is kept.
pub(crate) fn empty() -> Vec<u8> {
    let spare = SPARE.try_with(|spare| spare.borrow_mut().pop());
    spare.ok().flatten().unwrap_or_default()
}

/// Bytes or a text, whose buffer is kept for the next ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffered<T: Default + Into<Vec<u8>>>(T);

impl<T: Default + Into<Vec<u8>>> From<T> for Buffered<T> {
    fn from(content: T) -> Self {
        Self(content)
    }
}

impl<T: Default + Into<Vec<u8>> + Deref> Deref for Buffered<T> {
    type Target = T::Target;

    fn deref(&self) -> &T::Target {
        &self.0
    }
}

impl<T: Default + Into<Vec<u8>>> Drop for Buffered<T> {
    fn drop(&mut self) {
        let mut buffer: Vec<u8> = std::mem::take(&mut self.0).into();
        if buffer.capacity() == 0 || buffer.capacity() > MAX_CAPACITY {
            return;
        }
        buffer.clear();
        // Fails only at the end of a thread.
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < MAX_SPARE {
                spare.push(buffer);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count() -> usize {
        SPARE.with_borrow(Vec::len)
    }

    #[test]
    fn a_buffer_is_used_again_and_empty() {
        assert_eq!((count(), empty().capacity()), (0, 0));
        drop(Buffered::from(String::from("a token's text")));
        assert_eq!(count(), 1);
        let buffer = empty();
        assert!(buffer.is_empty() && buffer.capacity() > 0);
        assert_eq!(count(), 0);
    }

    #[test]
    fn few_and_small_buffers_are_kept() {
        drop(Buffered::from(Vec::with_capacity(MAX_CAPACITY + 1)));
        drop(Buffered::from(Vec::new()));
        assert_eq!(count(), 0);
        for _ in 0..=MAX_SPARE {
            drop(Buffered::from(vec![1]));
        }
        // Each was made before one was kept.
        let many: Vec<Buffered<Vec<u8>>> = (0..=MAX_SPARE).map(|_| vec![1].into()).collect();
        drop(many);
        assert_eq!(count(), MAX_SPARE);
    }
}
