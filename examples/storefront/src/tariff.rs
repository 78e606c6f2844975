//! What a parcel costs.

use crate::money::Minor;

/// The postage, by weight.
#[derive(Debug, PartialEq, Eq)]
pub struct Tariff {
    /// What a parcel holds, in grams.
    parcel_g: u32,
    /// The first step: what a parcel costs at least, in euro cents.
    least: Minor,
    /// What each further half kilogram costs.
    step: Minor,
}

impl Tariff {
    /// A tariff whose parcels hold the `heaviest` product, in grams, and never less than 5 kg.
    pub fn for_goods_up_to(heaviest: u32) -> Self {
        Self { parcel_g: heaviest.max(5_000), least: 390, step: 60 }
    }

    /// The postage for this weight, in euro cents; more than a parcel holds goes into several.
    pub fn postage(&self, grams: u32) -> Minor {
        let full = Minor::from(grams / self.parcel_g);
        let rest = grams % self.parcel_g;
        let last = if rest > 0 || full == 0 { self.parcel(rest) } else { 0 };
        full * self.parcel(self.parcel_g) + last
    }

    fn parcel(&self, grams: u32) -> Minor {
        self.least + self.step * Minor::from(grams.saturating_sub(1) / 500)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weight_is_charged_by_the_half_kilogram_and_by_the_parcel() {
        let tariff = Tariff::for_goods_up_to(6_000);
        for (grams, cents) in [(1, 390), (500, 390), (501, 450), (6_000, 1_050), (6_001, 1_440)] {
            assert_eq!(tariff.postage(grams), cents, "{grams} g");
        }
        assert_eq!(Tariff::for_goods_up_to(10), Tariff::for_goods_up_to(5_000));
    }
}
