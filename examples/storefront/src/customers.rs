//! The customers: who asks for what is drawn from the seed and the request's number.

use crate::money::Currency;

/// What one customer asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The request's number, from 0.
    pub request: u64,
    /// The product's number; now and then one that does not exist.
    pub sku: String,
    /// How many.
    pub quantity: u32,
    /// Paid in.
    pub currency: Currency,
}

/// All customers of the day.
#[derive(Clone, Debug)]
pub struct Customers {
    seed: u64,
    skus: Vec<String>,
}

impl Customers {
    /// Customers who have read this catalogue.
    pub fn new(seed: u64, skus: Vec<String>) -> Self {
        Self { seed, skus }
    }

    /// What the customer with this number asks for: the same on every thread and in every run.
    pub fn ask(&self, request: u64) -> Ask {
        let mut seeds = fastrand::Rng::with_seed(self.seed);
        let mut dice = fastrand::Rng::with_seed(seeds.u64(..) ^ request);
        // One customer in two hundred has an old catalogue.
        let old = dice.u32(0..200) == 0;
        let place = self.favourite(&mut dice);
        let sku = match self.skus.get(place) {
            Some(sku) if !old => sku.clone(),
            _ => format!("XX-{place}"),
        };
        let quantity = 1 + dice.u32(0..4) * dice.u32(0..2);
        // Every second customer pays in euros.
        let currency = match dice.usize(0..2 * Currency::ALL.len()) {
            at if at < Currency::ALL.len() => Currency::ALL[at],
            _ => Currency::Eur,
        };
        Ask { request, sku, quantity, currency }
    }

    /// Some products sell better than others: the lesser of two throws.
    fn favourite(&self, dice: &mut fastrand::Rng) -> usize {
        let places = self.skus.len().max(1);
        dice.usize(0..places).min(dice.usize(0..places))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_day_again() {
        let skus: Vec<_> = (0..50).map(|sku| format!("A-{sku}")).collect();
        let day = |seed| {
            let customers = Customers::new(seed, skus.clone());
            (0..300).map(|request| customers.ask(request)).collect::<Vec<_>>()
        };
        assert_eq!(day(1), day(1));
        assert_ne!(day(1), day(2));
        assert!(day(1).iter().all(|ask| (1..=4).contains(&ask.quantity)));
        let unknown = day(1).iter().filter(|ask| !skus.contains(&ask.sku)).count();
        assert!(unknown < 10, "{unknown} of 300 ask for what does not exist");
    }
}
