//! Currencies and amounts, in whole minor units: no money is lost to rounding.

use std::fmt;

/// An amount in the smallest unit of its currency.
pub type Minor = u64;

/// What a customer pays in. The catalogue is in euros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Currency {
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// US dollar.
    Usd,
    /// Swedish krona.
    Sek,
    /// Swiss franc.
    Chf,
    /// Polish złoty.
    Pln,
}

impl Currency {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Eur, Self::Gbp, Self::Usd, Self::Sek, Self::Chf, Self::Pln];

    /// The three letters.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Usd => "USD",
            Self::Sek => "SEK",
            Self::Chf => "CHF",
            Self::Pln => "PLN",
        }
    }

    /// The currency with these letters.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|currency| currency.code() == code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// What one euro buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Of which currency.
    pub currency: Currency,
    /// In millionths.
    pub micros: u64,
    /// Not from the exchange, or not of this moment.
    pub second_best: bool,
}

impl Rate {
    /// The rate on the shop's printed list: old, but always at hand.
    pub const fn printed(currency: Currency) -> Self {
        let micros = match currency {
            Currency::Eur => 1_000_000,
            Currency::Gbp => 860_000,
            Currency::Usd => 1_080_000,
            Currency::Sek => 11_200_000,
            Currency::Chf => 940_000,
            Currency::Pln => 4_300_000,
        };
        Self { currency, micros, second_best: true }
    }

    /// Euro cents in this currency, rounded to the nearest unit.
    pub const fn convert(self, cents: Minor) -> Minor {
        (cents * self.micros + 500_000) / 1_000_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_to_the_nearest_unit() {
        let rate = Rate { currency: Currency::Usd, micros: 1_084_999, second_best: false };
        assert_eq!(rate.convert(100), 108);
        assert_eq!(rate.convert(1_000), 1_085);
        assert_eq!(Rate::printed(Currency::Eur).convert(1_299), 1_299);
    }

    #[test]
    fn a_currency_is_found_by_its_letters() {
        for currency in Currency::ALL {
            assert_eq!(Currency::from_code(currency.code()), Some(currency));
        }
        assert_eq!(Currency::from_code("eur"), None);
    }
}
