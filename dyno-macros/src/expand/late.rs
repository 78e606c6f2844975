//! Attempts that fail on a thread when their own time is over.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::Context;
use crate::layer::Layer;

impl Context {
    /// Whether what is inside failed when its time was over, for one that counts: what stands before the
    /// inside, where nobody further out has a note of it, and `; late` for the end.
    pub(crate) fn note_of_late(&self, at: Span) -> (TokenStream, TokenStream) {
        if self.is_async || !self.late.get() {
            return (TokenStream::new(), TokenStream::new());
        }
        let note = if self.minded || self.counted {
            TokenStream::new()
        } else {
            self.late.set(false);
            quote_spanned!(at=> let mut __dyno_late = false;)
        };
        (note, quote_spanned!(at=> ; __dyno_late))
    }
}

/// One that counts is further out, with nothing in between that makes the call elsewhere or once more.
pub(super) fn is_counted(outside: &[Box<dyn Layer>]) -> bool {
    let is_elsewhere = |layer: &dyn Layer| layer.repeats() || layer.encloses() || layer.catches();
    let outwards = outside.iter().rev().map(AsRef::as_ref);
    outwards.take_while(|layer| !is_elsewhere(*layer)).any(Layer::counts)
}
