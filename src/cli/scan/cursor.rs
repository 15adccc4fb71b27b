//! A text that is read from its start.

const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// What is left of the text.
#[derive(Clone, Copy)]
pub struct Cursor<'t>(pub &'t [u8]);

impl Cursor<'_> {
    /// A number of so many digits, which no further digit follows.
    pub fn number(self, fewest: usize, most: usize) -> Option<(i64, Self)> {
        let length = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(length)?;
        let digits = (fewest..=most).contains(&length).then_some(digits)?;
        let number = str::from_utf8(digits).ok()?.parse().ok()?;
        Some((number, Self(rest)))
    }

    /// The first byte, if it is one of these.
    pub fn one_of(self, bytes: &[u8]) -> Option<(u8, Self)> {
        let (first, rest) = self.0.split_first()?;
        bytes.contains(first).then_some((*first, Self(rest)))
    }

    /// The number of a month.
    pub fn month(self) -> Option<(i64, Self)> {
        let (name, rest) = self.0.split_at_checked(3)?;
        let place = MONTHS.iter().position(|month| *month == name)?;
        Some((i64::try_from(place).ok()?.checked_add(1)?, Self(rest)))
    }
}
